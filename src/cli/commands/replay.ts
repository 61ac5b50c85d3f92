import {formatSeconds} from "../../core/index.ts";
import {type ReplayReport, replayTrace, type TimelineEntry} from "../../simulation/index.ts";
import {defineCommand} from "../command.ts";
import {readTrace} from "../input-file.ts";
import {print} from "../printable.ts";

function lineOf({atMs, round, text, isTrouble}: TimelineEntry): string {
  const time = formatSeconds(atMs / 1000).padStart(12);
  return `${time}  round ${String(round).padStart(3)}  ${isTrouble ? "!" : " "} ${text}`;
}

function verdict({replayed, recorded, isTorn, divergence}: ReplayReport): string {
  const end = isTorn ? " The end of the file is torn off, as by a crash." : "";
  if (divergence === null) return `All ${recorded} events replayed: every effect as recorded.${end}`;
  const {event, what} = divergence;
  return `Replayed ${replayed} of ${recorded} events; event ${event} differs: ${what}.${end}`;
}

/** The report for people: the events of each round, with trouble marked. */
export function replayText(report: ReplayReport, isAll: boolean): string {
  const {plan, run, node, members, recorded, durationMs, moments} = report;
  const shown = isAll ? moments : moments.filter(({isTrouble}) => isTrouble);
  const left = moments.length - shown.length;
  return [
    `trace of ${node} in run ${run} of plan ${plan}`,
    `members: ${members.join(", ")}`,
    `${recorded} events over ${formatSeconds(durationMs / 1000)}; rounds count from 0 here, as in the trace`,
    "",
    ...shown.map(lineOf),
    ...(shown.length === 0 ? ["no trouble in it"] : []),
    ...(left > 0 ? [`(${left} ordinary moments; --all shows them)`] : []),
    "",
    verdict(report),
  ].join("\n");
}

/**
 * `consilium replay`: shows what happened at a node, from its flight recorder, by the protocol's own code.
 */
export const replayCommand = defineCommand({
  command: "replay <bundle>",
  describe: "go through a node's flight recorder again and show where it went wrong",
  positionals: {
    bundle: "a trace file: runs/RUN/traces/trace-NUMBER.cbor in a state directory; it holds no data",
  },
  options: {
    all: {type: "boolean", describe: "ordinary moments too, not only trouble"},
    json: {type: "boolean", describe: "everything as JSON"},
  },
  async handler({all = false, json = false}, {bundle}) {
    const report = replayTrace(await readTrace(bundle));
    print(json ? JSON.stringify(report, null, 2) : replayText(report, all));
    return report.divergence === null ? 0 : 65;
  },
});
