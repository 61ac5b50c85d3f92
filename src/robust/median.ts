import type {Rows} from "./rows.ts";
import type {RobustOutcome} from "./rules.ts";
import {trimmedMean} from "./trimmed-mean.ts";

/**
 * Coordinate-wise median, which for an even number of values is the mean of the middle two. It equals the
 * trimmed mean that drops floor((m - 1) / 2) values at each end.
 * @see Yin et al., Byzantine-robust distributed learning, ICML 2018, definition 1
 */
export function median(rows: Rows): RobustOutcome {
  return trimmedMean(rows, Math.floor((rows.count - 1) / 2));
}
