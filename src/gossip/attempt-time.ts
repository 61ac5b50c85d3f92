import type {RoundContext} from "./round-state.ts";

/** More would be more than a day of most plans. */
const MAX_DOUBLINGS = 10;

/** By how much the round's times are longer than at its beginning: twice for each turn that all members had to lead. */
function stretch({state}: RoundContext): number {
  const turns = Math.floor(state.ballot / state.setup.rules.members.length);
  return 2 ** Math.min(MAX_DOUBLINGS, turns);
}

/**
 * How long an attempt is given, in milliseconds. The plan bounds how long members wait for those who are missing; how
 * long messages and disks take nobody knows, so that a round that does not end is given ever more time until it does:
 * Dwork, Lynch, Stockmeyer, Consensus in the presence of partial synchrony, J. ACM 35(2), 1988.
 */
export function attemptMs(context: RoundContext): number {
  return context.state.setup.exchanging.timeoutMs() * stretch(context);
}

/** Looks for missing words that an attempt's usual time is divided into. */
const LOOKS = 4;

/** Looks after which an attempt is given up: those who were silent are left out of the next one before. */
export const MOST_LOOKS = 7;

/** How long a member of an attempt waits before it looks for what is missing, in milliseconds. */
export function lookMs(context: RoundContext): number {
  return attemptMs(context) / LOOKS;
}

/** How long an attempt that has begun may go on, in milliseconds: the silent are left out of a second one meanwhile. */
export function exchangeMs(context: RoundContext): number {
  return (MOST_LOOKS + 1) * lookMs(context);
}

/** How long a leader that is out of reach is still waited for, in milliseconds. */
export function absenceMs(context: RoundContext): number {
  return context.state.setup.limits.minimumMs * stretch(context);
}
