import type {ButterflyExchange, CommittedAttempt} from "./exchange-state.ts";
import type {RoundContext} from "./round-state.ts";

/** A word on a lie comes soon after its attempt has ended, or is of one that nobody minds any more. */
export const MOST_PAST = 4;

/** Keeps what is needed to check what was said in an attempt that has ended, or that this member takes no part in. */
export function keepPast({state}: RoundContext, attempt: CommittedAttempt): void {
  const {ballot, leader, group, participants, chunks, committed} = attempt;
  if (state.past.some((known) => known.group === group)) return;
  state.past.push({ballot, leader, group, participants, chunks, committed});
  if (state.past.length > MOST_PAST) state.past.shift();
}

/** The attempt of that name, where it is under way or was given up not long ago. */
export function attemptNamed({state}: RoundContext, group: string): CommittedAttempt | undefined {
  const {exchange, past} = state;
  const underWay: ButterflyExchange | null = exchange?.kind === "butterfly" ? exchange : null;
  return underWay?.group === group ? underWay : past.find((attempt) => attempt.group === group);
}
