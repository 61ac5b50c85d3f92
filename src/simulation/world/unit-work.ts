import type {Effect, Event, MemberId} from "../../gossip/index.ts";
import type {WorldOptions} from "./options.ts";

/** Trains a unit of an asynchronous segment: `deliver` hands its progress in when that is done. */
export function workOn(
  {progressOf, unitMs}: WorldOptions,
  member: MemberId,
  {round, unit, start}: Extract<Effect, {type: "work"}>,
  deliver: (afterMs: number, event: Event) => void,
): void {
  if (progressOf === undefined || unitMs === undefined) return;
  const contribution = progressOf(member, unit, start);
  deliver(unitMs(member, unit), {type: "progress", round, unit, contribution});
}
