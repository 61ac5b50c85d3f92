import type {Effect, Event, MemberId} from "../../rounds/index.ts";
import type {WorldOptions} from "./options.ts";

/** Trains a unit of an asynchronous segment. `deliver` receives its progress when that is done. */
export function workOn(
  {progressOf, unitMs}: WorldOptions,
  member: MemberId,
  {round, unit, start}: Extract<Effect, {type: "work"}>,
  deliver: (afterMs: number, eventOf: () => Event) => void,
): void {
  if (progressOf === undefined || unitMs === undefined) return;
  deliver(unitMs(member, unit), () => ({
    type: "progress",
    round,
    unit,
    contribution: progressOf(member, unit, start),
  }));
}
