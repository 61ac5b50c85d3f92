import {distancesFrom, largest, squaredDistance} from "./distances.ts";
import {blocksOf, type Rows} from "./rows.ts";
import {KEPT, type RobustOutcome, type Verdict} from "./rules.ts";

/** Steps of {@link centredClipping} when a plan names the rule. */
const STEPS = 5;

/** Radius and number of steps of {@link centredClipping}. */
export interface ClippingChoice {
  /**
   * tau: greatest distance from the centre over which a row may pull; by default the (f + 1)-th largest
   * distance at each step.
   */
  readonly radius?: number;
  /** L, at least 1. */
  readonly steps?: number;
}

/**
 * Centred clipping about the common snapshot, whose delta is 0: v <- v + 1/m sum_j (x_j - v) min(1, tau /
 * |x_j - v|), L times from v = 0. The verdicts state the factors of the last step.
 * @see Karimireddy et al., Learning from history for Byzantine robust optimization, ICML 2021, algorithm 2
 */
export function centredClipping(rows: Rows, faulty: number, choice: ClippingChoice = {}): RobustOutcome {
  const values = new Float64Array(rows.length);
  let distances = distancesFrom(values, rows);
  let factors = distances;
  for (let step = 0; step < (choice.steps ?? STEPS); step++) {
    factors = clipFactors(distances, choice.radius ?? largest(distances, faulty + 1));
    distances = pull(
      rows,
      values,
      factors.map((factor) => factor / rows.count),
    );
  }
  return {values, verdicts: clippingVerdicts(factors)};
}

/** `[m]`, min(1, radius / distance). */
export function clipFactors(distances: Float64Array, radius: number): Float64Array {
  return distances.map((distance) => (distance > radius ? radius / distance : 1));
}

/**
 * Moves `centre` by sum_j `shares[j]` (x_j - centre), the sum in id order. @returns the rows' distances from
 * there
 */
export function pull(rows: Rows, centre: Float64Array, shares: Float64Array): Float64Array {
  const squared = new Float64Array(rows.count);
  for (const {first, size, rows: block} of blocksOf(rows)) {
    const part = centre.subarray(first, first + size);
    const from = part.slice();
    block.forEach((row, index) => {
      const share = shares[index] as number;
      for (let at = 0; at < size; at++)
        part[at] = (part[at] as number) + share * ((row[at] as number) - (from[at] as number));
    });
    block.forEach((row, index) => {
      squared[index] = (squared[index] as number) + squaredDistance(part, row);
    });
  }
  return squared.map(Math.sqrt);
}

/** The verdicts on rows that were clipped by `factors`. */
export function clippingVerdicts(factors: Float64Array): readonly Verdict[] {
  return Array.from(factors, (factor) =>
    factor < 1 ? {verdict: "clipped", reason: "far-from-centre", factor} : KEPT,
  );
}
