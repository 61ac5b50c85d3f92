import type {Findings} from "../findings.ts";

/** Times that span less than this share of the least one are dates: in any unit, dates over decades do. */
const DATE_SHARE = 0.5;

/** Fewer times may be near one another by chance. */
const ENOUGH = 10;

/**
 * Reports times of survival that look like dates, counted from one day for all patients.
 * @param column their name in messages
 * @param times at least 0
 */
export function tellTimes(column: string, times: Float64Array, {tell}: Pick<Findings, "tell">): void {
  if (times.length < ENOUGH) return;
  const low = times.reduce((least, time) => Math.min(least, time));
  const high = times.reduce((most, time) => Math.max(most, time));
  if (high - low >= DATE_SHARE * low) return;
  const what = "all times are near one another and far from 0, as dates are";
  tell("warning", `${column}: ${what}; count each from its patient's entry`);
}
