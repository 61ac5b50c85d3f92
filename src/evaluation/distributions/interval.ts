/** An estimate with its two-sided 95 % confidence limits; plain JSON. */
export interface Interval {
  /** The estimate on the patients at hand. */
  readonly value: number;
  /** The lower limit. */
  readonly low: number;
  /** The upper limit. */
  readonly high: number;
}

/** Moves `value` into 0 .. 1, for limits of quantities in that range. */
export function clipToUnit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
