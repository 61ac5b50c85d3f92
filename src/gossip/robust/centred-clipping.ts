import {distancesFrom, largest} from "./distances.ts";
import {addScaled, blocksOf, type Rows} from "./rows.ts";
import {KEPT, type RobustOutcome, type Verdict} from "./rules.ts";

/** Steps of {@link centredClipping} when a plan names the rule. */
const STEPS = 5;

/** How far and how often {@link centredClipping} goes. */
export interface ClippingChoice {
  /** tau: how far from the centre a row may pull; unless given, the (f + 1)-th largest distance at each step. */
  readonly radius?: number;
  /** L, at least 1. */
  readonly steps?: number;
}

/**
 * Centred clipping about the common snapshot, whose delta is 0:
 * v <- v + 1/m sum_j (x_j - v) min(1, tau / |x_j - v|), L times from v = 0.
 * The verdicts tell the factors of the last step.
 * @see Karimireddy et al., Learning from history for Byzantine robust optimization, ICML 2021, algorithm 2
 */
export function centredClipping(rows: Rows, faulty: number, choice: ClippingChoice = {}): RobustOutcome {
  const values = new Float64Array(rows.length);
  let factors: Float64Array = new Float64Array(rows.count).fill(1);
  for (let step = 0; step < (choice.steps ?? STEPS); step++) {
    const distances = distancesFrom(values, rows);
    factors = clipFactors(distances, choice.radius ?? largest(distances, faulty + 1));
    pull(
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

/** Moves `centre` by sum_j `shares[j]` (x_j - centre), the sum in id order. */
export function pull(rows: Rows, centre: Float64Array, shares: Float64Array): void {
  for (const {first, size, rows: block} of blocksOf(rows)) {
    const part = centre.subarray(first, first + size);
    const from = part.slice();
    block.forEach((row, index) => {
      for (let at = 0; at < size; at++) row[at] = (row[at] ?? 0) - (from[at] ?? 0);
      addScaled(part, row, shares[index] ?? 0);
    });
  }
}

/** What clipping by `factors` did to each row. */
export function clippingVerdicts(factors: Float64Array): readonly Verdict[] {
  return Array.from(factors, (factor) =>
    factor < 1 ? {verdict: "clipped", reason: "far-from-centre", factor} : KEPT,
  );
}
