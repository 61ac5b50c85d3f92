import type {RoundContext} from "../agreement/round-state.ts";
import type {ButterflyExchange, CommittedAttempt} from "./exchange-state.ts";

/**
 * Number of past attempts that are kept: a word on a lie comes soon after its attempt, or concerns one that
 * no longer matters.
 */
export const MOST_PAST = 4;

/** Keeps the data for checking words in an attempt that has ended, or in which this member takes no part. */
export function keepPast({state}: RoundContext, attempt: CommittedAttempt): void {
  const {ballot, leader, group, participants, chunks, committed} = attempt;
  if (state.past.some((known) => known.group === group)) return;
  state.past.push({ballot, leader, group, participants, chunks, committed});
  if (state.past.length > MOST_PAST) state.past.shift();
}

/** The attempt of that name, if it is under way or was given up recently. */
export function attemptNamed({state}: RoundContext, group: string): CommittedAttempt | undefined {
  const {exchange, past} = state;
  const underWay: ButterflyExchange | null = exchange?.kind === "butterfly" ? exchange : null;
  return underWay?.group === group ? underWay : past.find((attempt) => attempt.group === group);
}
