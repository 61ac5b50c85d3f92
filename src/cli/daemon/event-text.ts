import type {ReceivedEvent} from "./follow-events.ts";
import {fieldText, textLine} from "./text-log.ts";

/** What each type of event is called in a line for people; one of a later version goes by its type. */
const MESSAGES: Readonly<Record<string, string>> = {
  activity: "the node turned to something else",
  round: "a round was certified",
  absence: "a round went on without members",
  validation: "the model was tried on validation patients",
  loss: "local training ended",
  link: "a link changed",
  release: "members can fetch parameters",
  report: "the protocol reports",
  "egress-blocked": "something was about to leave that may not",
  alert: "an alert changed",
};
const REJECTIONS = ["objection", "proposal-refused", "verdicts", "equivocation"];

function levelOf({type, kind, state}: ReceivedEvent): string {
  if (type === "egress-blocked") return "error";
  if (type === "absence" || (type === "alert" && state === "raised")) return "warn";
  return type === "report" && REJECTIONS.includes(String(kind)) ? "warn" : "info";
}

/** Fields of an event, those within others by both names; what is not known is left out. */
function* fieldsOf(values: Readonly<Record<string, unknown>>, prefix = ""): Iterable<[string, unknown]> {
  for (const [name, value] of Object.entries(values)) {
    if (value === null || (Array.isArray(value) && value.length === 0)) continue;
    if (typeof value === "object" && !Array.isArray(value)) yield* fieldsOf({...value}, `${prefix}${name}.`);
    else yield [`${prefix}${name}`, value];
  }
}

/** An event as a line of the log for people, without its end: time, level, constant message, fields. */
export function eventLine(event: ReceivedEvent): string {
  const {id: _, at, type, ...values} = event;
  const fields = [...fieldsOf(values)].map(fieldText);
  return textLine(at, levelOf(event), [MESSAGES[type] ?? type, ...fields].join(" ")).trimEnd();
}
