import {absenceMs, attemptMs, exchangeMs} from "./attempt-time.ts";
import type {RoundContext, Watch} from "./round-state.ts";

/** The watch over the present ballot; a new one if the ballot, or its first attempt, has just begun. */
function watchOf({state, nowMs}: RoundContext): Watch {
  const {ballot, watch} = state;
  const hasStarted = state.exchange?.ballot === ballot;
  if (watch !== null && watch.ballot === ballot && (watch.hasStarted || !hasStarted)) return watch;
  const lostMs = watch?.ballot === ballot ? watch.lostMs : null;
  return {ballot, hasStarted, sinceMs: nowMs, lostMs};
}

/**
 * Waits for the present leader. The time counts from the beginning of the ballot, or of its first attempt,
 * and no later event adds to it. Otherwise a member whose link comes and goes, or a leader that starts over
 * and over, would keep all from giving it up.
 */
export function armPatience(context: RoundContext): void {
  const {state, nowMs} = context;
  const {setup} = state;
  if (state.quorumReadyAtMs === null || state.decided !== null || state.lead !== null) return;
  // A member that has given the ballot up waits for the others to do so.
  if (state.givenUp.get(setup.self) === state.ballot) return;
  const watch = watchOf(context);
  state.watch = watch;
  const leader = setup.order.leaderOf(watch.ballot);
  if (!state.linked.has(leader) || state.excluded.has(leader)) watch.lostMs ??= nowMs;
  context.emit({type: "arm", timer: "patience", afterMs: Math.max(0, endOf(context, watch) - nowMs)});
}

/** Time at which the ballot is given up, in ms. */
function endOf(context: RoundContext, {ballot, hasStarted, sinceMs, lostMs}: Watch): number {
  const {opening, readiness} = context.state.setup;
  // The slow ones were waited for in the first ballot; a later leader waits only for members that are alive.
  const gatheringMs = ballot === 0 ? readiness.timeoutMs() : absenceMs(context);
  const trustedMs = hasStarted ? exchangeMs(context) : (opening.waitMs ?? gatheringMs) + attemptMs(context);
  const trustedUntilMs = sinceMs + trustedMs;
  return lostMs === null ? trustedUntilMs : Math.min(lostMs + absenceMs(context), trustedUntilMs);
}
