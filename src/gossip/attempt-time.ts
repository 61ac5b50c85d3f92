import type {RoundContext} from "./round-state.ts";

/** More would be more than a day of most plans. */
const MAX_DOUBLINGS = 10;

/** By how much the round's times are longer than at its beginning: twice for each turn that all members had to lead. */
function stretch({state}: RoundContext): number {
  const turns = Math.floor(state.highestBallot / state.setup.rules.members.length);
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

/** How long after the one before it a member takes the lead, so that not all do at once, in milliseconds. */
export function turnMs(context: RoundContext): number {
  return context.state.setup.limits.minimumMs * stretch(context);
}
