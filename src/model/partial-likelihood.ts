import type {LogitLoss} from "./binary-cross-entropy.ts";

/** Survival of the examples of a batch. */
export interface Survival {
  /** `[n]`, at least 0. */
  readonly times: ArrayLike<number>;
  /** `[n]`, 1 if the event was seen, 0 if the example was last seen without it. */
  readonly events: ArrayLike<number>;
}

/** Sorts rows by descending time. Rows of equal times keep their order. */
function byDescendingTime(times: ArrayLike<number>): number[] {
  return Array.from(times, (_, row) => row).sort((a, b) => (times[b] as number) - (times[a] as number));
}

/**
 * Computes, for each place in `order`, the logarithm of the sum of exp(score) up to it. The result never
 * descends.
 */
function runningLogSums(scores: ArrayLike<number>, order: readonly number[]): Float64Array {
  let greatest = Number.NEGATIVE_INFINITY;
  let sum = 0;
  return Float64Array.from(order, (row) => {
    const score = scores[row] as number;
    if (score > greatest) {
      sum = sum * Math.exp(greatest - score) + 1;
      greatest = score;
    } else sum += Math.exp(score - greatest);
    return greatest + Math.log(sum);
  });
}

/**
 * Cox's negative log partial likelihood of `scores` (log risks), divided by their number, and its gradient.
 * Rows are taken by descending time, so the risk set of an event is the event and the rows before it. Ties in
 * time are not treated: of two rows of equal time the later one has the earlier in its risk set. This is
 * FLamby's form of the loss (Ogier du Terrail et al., NeurIPS 2022). No exponential can overflow: every
 * exponent is at most 0.
 * @param scores `[n]`, n at least 1
 * @see Cox 1972, equation 12; Breslow's sums without his treatment of ties
 */
export function partialLikelihood(scores: ArrayLike<number>, {times, events}: Survival): LogitLoss {
  const n = scores.length;
  const order = byDescendingTime(times);
  const logSums = runningLogSums(scores, order);
  const gradient = new Float32Array(n);
  let loss = 0;
  // Sum of exp(-logSum) over the events at or after a place, as `shares` x exp(-`least`): logSums do not
  // descend.
  let least = Number.POSITIVE_INFINITY;
  let shares = 0;
  for (let place = n - 1; place >= 0; place--) {
    const row = order[place] as number;
    const score = scores[row] as number;
    const logSum = logSums[place] as number;
    const event = events[row] as number;
    if (event === 1) {
      loss += logSum - score;
      shares = shares * Math.exp(logSum - least) + 1;
      least = logSum;
    }
    gradient[row] = (shares * Math.exp(score - least) - event) / n;
  }
  return {loss: loss / n, gradient};
}
