/** A limit on the use of one thing: on average, and at once. */
export interface Rate {
  /** Amount that comes back per second. */
  readonly perSecond: number;
  /** Amount that a full bucket holds. */
  readonly burst: number;
}

/**
 * A token bucket: full at first, refilled evenly, never above its burst. The caller gives the time, in ms.
 */
export interface TokenBucket {
  /** Takes `amount` if all of it is there; a refused amount takes nothing. */
  take(amount: number, nowMs: number): boolean;
  /**
   * Takes `amount` in any case, into debt if need be.
   * @returns how long its taker has to wait to keep the average rate, in milliseconds
   */
  borrow(amount: number, nowMs: number): number;
}

/**
 * Creates a {@link TokenBucket}: in any span of time `t` it gives at most `burst + perSecond t`, and refuses
 * nobody who asks for no more in any span.
 * @see Turner, New directions in communications (or which way to the information age?), IEEE Communications
 *   Magazine 24(10), 1986: the leaky bucket
 */
export function createTokenBucket({perSecond, burst}: Rate, startMs: number): TokenBucket {
  let tokens = burst;
  let filledMs = startMs;
  const refill = (nowMs: number): void => {
    tokens = Math.min(burst, tokens + (Math.max(0, nowMs - filledMs) * perSecond) / 1000);
    filledMs = Math.max(filledMs, nowMs);
  };
  return {
    take(amount, nowMs) {
      refill(nowMs);
      if (amount > tokens) return false;
      tokens -= amount;
      return true;
    },
    borrow(amount, nowMs) {
      refill(nowMs);
      tokens -= amount;
      return tokens >= 0 ? 0 : (-tokens * 1000) / perSecond;
    },
  };
}
