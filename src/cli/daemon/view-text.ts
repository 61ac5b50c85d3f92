import {formatBytes} from "../../core/index.ts";
import type {NodeView} from "../../node/index.ts";

/** The source of lines about a node: its view, or the answer of its status server. */
export type ShownNode = Pick<
  NodeView,
  "activity" | "stage" | "round" | "rounds" | "loss" | "validation" | "waitingFor" | "bytesSent"
> & {
  readonly peers: readonly {
    readonly name: string;
    readonly link: {readonly status: "up" | "silent" | "down"};
  }[];
};

type Interval = NonNullable<NonNullable<ShownNode["validation"]>["auroc"]>;

/** `0.81 [0.74-0.88]`. */
export function intervalText({value, low, high}: Interval): string {
  return `${value.toFixed(2)} [${low.toFixed(2)}-${high.toFixed(2)}]`;
}

function activityText({activity, stage, round, rounds}: ShownNode): string {
  if (activity === "finished") return `Finished, ${rounds}/${rounds} rounds`;
  // A daemon that returns to a finished run is opening the model, and has no round to begin.
  if (round >= rounds) return `Waiting, ${rounds}/${rounds} rounds done`;
  const verb = {waiting: "Waiting", training: "Training", exchanging: "Exchanging"}[activity];
  const what = stage === "training" ? "round" : "statistics, round";
  return `${verb}, ${what} ${round + 1}/${rounds}`;
}

/** One line on the state of a node. */
export function statusLine(node: ShownNode): string {
  const {peers, loss, validation, waitingFor, bytesSent} = node;
  const up = peers.filter(({link}) => link.status === "up").length;
  const auroc = validation?.auroc ?? null;
  const parts = [activityText(node), `peers ${up}/${peers.length}`];
  if (loss !== null) parts.push(`loss ${loss.toFixed(3)}`);
  if (auroc !== null) parts.push(`validation AUROC ${intervalText(auroc)}`);
  if (waitingFor.length > 0) parts.push(`waiting for ${waitingFor.join(", ")}`);
  return [...parts, `sent ${formatBytes(bytesSent)}`].join(" · ");
}
