import {systemClock} from "../../core/index.ts";
import {defineCommand, usageError} from "../command.ts";
import {eventLine} from "../daemon/event-text.ts";
import {type EventReader, followEvents, readHeldEvents} from "../daemon/follow-events.ts";
import type {StatusTarget} from "../daemon/status-client.ts";
import {targetFlags, targetOf} from "../daemon/status-flags.ts";
import {terminationSignal} from "../daemon/termination.ts";
import {print, printNote} from "../printable.ts";

/** Asks for all events that are held. */
const FROM_THE_FIRST = "0";
const EVENT_ID = /^(0|\d{1,16}-\d{1,16})$/;

function missedText(missed: number | null): string {
  if (missed === null) return "The daemon began anew; what it held before is not there any more.";
  return `${missed} events before these are not held any more.`;
}

/** Prints events on standard output, and changes in the daemon's state on standard error. */
function printerFor({url}: StatusTarget, isJson: boolean): EventReader {
  return {
    event: (event) => print(isJson ? JSON.stringify(event) : eventLine(event)),
    gap(missed) {
      if (isJson) print(JSON.stringify({type: "gap", missed}));
      else printNote(missedText(missed));
    },
    lost: () => printNote(`The daemon at ${url} has gone; waiting for it.`),
    back: () => printNote(`The daemon at ${url} is back.`),
  };
}

/** `consilium logs`: shows the events of a running daemon. */
export const logsCommand = defineCommand({
  command: "logs",
  describe: "print what has happened at a running daemon, the last 1,000 events, the oldest first",
  options: {
    ...targetFlags,
    follow: {type: "boolean", default: false, describe: "go on with what happens, until Ctrl-C"},
    "since-id": {type: "string", describe: "only what has happened since this event (its `id` with --json)"},
    json: {type: "boolean", default: false, describe: "print every event as a line of JSON, for machines"},
  },
  async handler({follow, "since-id": after = FROM_THE_FIRST, json, ...flags}) {
    if (!EVENT_ID.test(after))
      throw usageError("--since-id takes an event's id", "Such as 1700000000000-17.");
    const target = await targetOf(flags);
    const printer = printerFor(target, json);
    if (follow) await followEvents(target, {after, signal: terminationSignal(), clock: systemClock}, printer);
    else await readHeldEvents(target, after, printer);
    return 0;
  },
});
