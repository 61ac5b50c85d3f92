import {at, formatBytes} from "../../core/index.ts";
import {type TextSink, writeControl} from "../output-guard.ts";
import type {FleetView} from "./fleet.ts";

const PLAIN_LINE_EVERY_MS = 5000;
/** Moves to the beginning of the line and clears it. */
const BEGIN_ANEW = "\r\u001B[K";

/** A stream for people: a terminal, or a file or pipe. */
export interface ProgressSink extends TextSink {
  readonly isTTY?: boolean | undefined;
}

/** Progress on one line that is rewritten, or on occasional lines if that is not possible. */
export interface Progress {
  show(text: string): void;
  /** Ends the line before other text follows. */
  end(): void;
}

/** Creates a {@link Progress} on `sink`. */
export function createProgress(sink: ProgressSink, nowMs: () => number): Progress {
  let shown = "";
  let shownMs = Number.NEGATIVE_INFINITY;
  return {
    show(text) {
      if (text === shown) return;
      if (sink.isTTY === true) {
        writeControl(sink, BEGIN_ANEW);
        sink.write(text);
      } else {
        if (nowMs() < shownMs + PLAIN_LINE_EVERY_MS) return;
        sink.write(`${text}\n`);
      }
      shown = text;
      shownMs = nowMs();
    },
    end() {
      if (sink.isTTY === true && shown !== "") writeControl(sink, BEGIN_ANEW);
      shown = "";
    },
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The fleet in one line: its progress, the linked sites, the loss and the bytes sent. */
export function progressLine(view: FleetView): string {
  const nodes = view.filter((node) => node !== null);
  const started = `${nodes.length} of ${view.length} daemons run`;
  if (nodes.length === 0) return started;
  // A hospital that only evaluates takes the last round's model and may skip those before.
  const round = Math.max(...nodes.map(({certified}) => (certified === null ? 0 : certified.round + 1)));
  const {rounds} = at(nodes, 0);
  const linked = nodes.filter((node) => node.peers.every(({link}) => link.status === "up")).length;
  const losses = nodes.flatMap(({loss}) => (loss === null ? [] : [loss]));
  const waiting = [...new Set(nodes.flatMap(({waitingFor}) => waitingFor))];
  const parts = [
    nodes.length < view.length ? started : `${linked} of ${view.length} hospitals have found all others`,
    `round ${round} of ${rounds}`,
    ...(losses.length === 0 ? [] : [`loss ${mean(losses).toFixed(3)}`]),
    `sent ${formatBytes(nodes.reduce((sum, {bytesSent}) => sum + bytesSent, 0))}`,
    ...(waiting.length === 0 ? [] : [`waiting for ${waiting.join(", ")}`]),
  ];
  return parts.join(" | ");
}
