import {distancesFrom, largest, squaredDistance} from "./distances.ts";
import {median} from "./median.ts";
import {addScaled, blocksOf, type Rows} from "./rows.ts";
import {KEPT, type RobustOutcome} from "./rules.ts";

/**
 * Greatest number of steps of Weiszfeld's algorithm; from the coordinate-wise median they suffice for eight
 * digits.
 */
const MOST_STEPS = 32;
/** The steps end when no distance changes by more than this share of the median distance of the start. */
const SETTLED = 1e-9;
/**
 * Least distance, as a share of the median distance of the start. Without it, a row that is itself the answer
 * would have an infinite weight.
 */
const SMOOTHING = 1e-6;

/**
 * The point with the least sum of distances to the rows, by smoothed Weiszfeld steps from the coordinate-wise
 * median: z <- sum x_k / max(nu, |z - x_k|) / sum 1 / max(nu, |z - x_k|).
 * @see Pillutla et al., Robust aggregation for federated learning, IEEE TSP 2022, algorithm 2
 */
export function geometricMedian(rows: Rows): RobustOutcome {
  const {values} = median(rows);
  let distances = distancesFrom(values, rows);
  const scale = largest(distances, Math.ceil(rows.count / 2));
  const verdicts = Array.from(distances, () => KEPT);
  if (scale === 0) return {values, verdicts};
  for (let step = 0; step < MOST_STEPS; step++) {
    const weights = distances.map((distance) => 1 / Math.max(SMOOTHING * scale, distance));
    const next = weiszfeldStep(rows, values, weights);
    const isSettled = next.every(
      (distance, row) => Math.abs(distance - (distances[row] as number)) <= SETTLED * scale,
    );
    if (isSettled) break;
    distances = next;
  }
  return {values, verdicts};
}

/**
 * Moves `values` to the mean of `rows` weighted by `weights`. @returns the distances of the rows from there
 */
function weiszfeldStep(rows: Rows, values: Float64Array, weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const squared = new Float64Array(rows.count);
  for (const {first, size, rows: block} of blocksOf(rows)) {
    const part = values.subarray(first, first + size).fill(0);
    block.forEach((row, index) => addScaled(part, row, (weights[index] as number) / sum));
    block.forEach((row, index) => {
      squared[index] = (squared[index] as number) + squaredDistance(part, row);
    });
  }
  return squared.map(Math.sqrt);
}
