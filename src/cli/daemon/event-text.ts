import type {ReceivedEvent} from "./follow-events.ts";
import {fieldText, textLine} from "./text-log.ts";

/** The text for each type of event in a line for people; an event of a later version keeps its type. */
const MESSAGES: Readonly<Record<string, string>> = {
  opening: "the node is starting",
  activity: "the node's activity changed",
  round: "a round was certified",
  absence: "a round ended without some members",
  validation: "the model was scored on the validation patients",
  loss: "the site finished its training of the round",
  link: "a link changed",
  release: "other members can now fetch parameters",
  report: "the protocol reported something",
  "egress-blocked": "something was stopped that may not leave",
  alert: "an alert changed",
};

function levelOf({type, isRejection, state}: ReceivedEvent): string {
  if (type === "egress-blocked") return "error";
  if (type === "absence" || (type === "alert" && state === "raised")) return "warn";
  return type === "report" && isRejection === true ? "warn" : "info";
}

/** Fields of an event, nested ones under both names; unknown values are left out. */
function* fieldsOf(values: Readonly<Record<string, unknown>>, prefix = ""): Iterable<[string, unknown]> {
  for (const [name, value] of Object.entries(values)) {
    if (value === null || (Array.isArray(value) && value.length === 0)) continue;
    if (typeof value === "object" && !Array.isArray(value)) yield* fieldsOf({...value}, `${prefix}${name}.`);
    else yield [`${prefix}${name}`, value];
  }
}

/** The round of an event as people count, from 1; null after the end of a run, which is in no round. */
function roundForPeople({type, round, stage}: Readonly<Record<string, unknown>>): unknown {
  if (type === "activity" && stage === null) return null;
  return typeof round === "number" ? round + 1 : round;
}

/** An event as a line of the log for people, without its end: time, level, message, fields; rounds from 1. */
export function eventLine(event: ReceivedEvent): string {
  const {id: _, at, type, ...values} = event;
  const counted = "round" in event ? {...values, round: roundForPeople(event)} : values;
  const fields = [...fieldsOf(counted)].map(fieldText);
  return textLine(at, levelOf(event), [MESSAGES[type] ?? type, ...fields].join(" ")).trimEnd();
}
