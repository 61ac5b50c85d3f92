import type {RoundContext} from "./round-state.ts";

/** Greatest number of doublings; more would exceed a day in most plans. */
const MAX_DOUBLINGS = 10;

/**
 * Factor by which the round's times have grown since its beginning: it doubles each time all members have had
 * a turn to lead.
 */
function stretch({state}: RoundContext): number {
  const turns = Math.floor(state.ballot / state.setup.rules.members.length);
  return 2 ** Math.min(MAX_DOUBLINGS, turns);
}

/**
 * Time that an attempt is given, in milliseconds. The plan bounds the wait for missing members. The delays of
 * messages and disks are unknown, so a round that does not end is given more and more time until it does:
 * Dwork, Lynch, Stockmeyer, Consensus in the presence of partial synchrony, J. ACM 35(2), 1988.
 */
export function attemptMs(context: RoundContext): number {
  return context.state.setup.exchanging.timeoutMs() * stretch(context);
}

/** Number of looks for missing words into which an attempt's usual time is divided. */
const LOOKS = 4;

/**
 * Number of looks after which an attempt is given up; silent members are left out of the next attempt before
 * that.
 */
export const MOST_LOOKS = 7;

/** Time that a member of an attempt waits before it looks for missing words or bytes, in milliseconds. */
export function lookMs(context: RoundContext): number {
  return attemptMs(context) / LOOKS;
}

/**
 * Time that an attempt may take once it has begun, in milliseconds; a second one without the silent members
 * may begin meanwhile.
 */
export function exchangeMs(context: RoundContext): number {
  return (MOST_LOOKS + 1) * lookMs(context);
}

/** Time that a leader out of reach is still waited for, in milliseconds. */
export function absenceMs(context: RoundContext): number {
  return context.state.setup.limits.minimumMs * stretch(context);
}
