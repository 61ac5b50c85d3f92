import {systemClock} from "../../core/index.ts";
import {type StatusResponse, statusResponseSchema} from "../../status/index.ts";
import {defineCommand} from "../command.ts";
import {askDaemon} from "../daemon/ask-daemon.ts";
import type {StatusTarget} from "../daemon/status-client.ts";
import {targetFlags, targetOf} from "../daemon/status-flags.ts";
import {statusText} from "../daemon/status-text.ts";
import {terminationSignal} from "../daemon/termination.ts";
import {statusLine} from "../daemon/view-text.ts";
import {type StatusViewer, watchStatus} from "../daemon/watch-status.ts";
import {writeControl} from "../output-guard.ts";
import {print, printable, printNote} from "../printable.ts";

/** Moves to the corner and clears everything below. */
const CLEAR = "\u001b[H\u001b[J";

/**
 * Shows the status that a watch sees: on a terminal all of it in place, else a line when it changes, or every
 * answer as JSON.
 * @param clear empties the terminal; null if there is none
 */
export function createViewer(
  write: (text: string) => void,
  clear: (() => void) | null,
  isJson: boolean,
): StatusViewer["show"] {
  let last = "";
  return (answer: StatusResponse) => {
    if (isJson) write(`${JSON.stringify(answer)}\n`);
    else if (clear !== null) {
      clear();
      write(`${printable(statusText(answer))}\n`);
    } else {
      const line = `${answer.health.healthy ? "healthy" : "NOT healthy"} · ${statusLine(answer.node)}`;
      if (line !== last) write(`${new Date(systemClock.wallMs()).toISOString()} ${printable(line)}\n`);
      last = line;
    }
  };
}

async function watch(target: StatusTarget, isJson: boolean): Promise<void> {
  const write = (text: string): void => void process.stdout.write(text);
  const clear = process.stdout.isTTY ? () => writeControl(process.stdout, CLEAR) : null;
  const show = createViewer(write, clear, isJson);
  const lost = (): void => printNote(`The daemon at ${target.url} has gone; waiting for it.`);
  await watchStatus(target, {signal: terminationSignal(), clock: systemClock}, {show, lost});
}

/** `consilium status`: shows the state of a running daemon. */
export const statusCommand = defineCommand({
  command: "status",
  describe: "ask a running daemon how it does",
  options: {
    ...targetFlags,
    watch: {type: "boolean", default: false, describe: "go on, showing every change, until Ctrl-C"},
    json: {
      type: "boolean",
      default: false,
      describe: "print the answer as it is, for machines; a line each with --watch",
    },
  },
  async handler({watch: isWatch, json, ...flags}) {
    const target = await targetOf(flags);
    if (isWatch) {
      await watch(target, json);
      return 0;
    }
    const answer = await askDaemon(target, "/v1/status", statusResponseSchema);
    print(json ? JSON.stringify(answer, null, 2) : statusText(answer));
    return 0;
  },
});
