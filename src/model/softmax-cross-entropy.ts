import type {LogitLoss} from "./binary-cross-entropy.ts";

/**
 * Mean cross-entropy of the softmax of `logits`. Its gradient by the logit z_k is (softmax(z)_k - [k =
 * label]) / n. It cannot overflow because the largest logit is subtracted first. It is computed in double
 * precision, not by the backend.
 * @param logits `[n, classes]`, n at least 1
 * @param labels `[n]`, each 0 .. classes - 1
 * @returns with the gradient `[n, classes]`
 */
export function softmaxCrossEntropy(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): LogitLoss {
  const n = labels.length;
  const gradient = new Float32Array(n * classes);
  const scaled = new Float64Array(classes);
  let loss = 0;
  for (let row = 0; row < n; row++) {
    const first = row * classes;
    const label = labels[row] as number;
    const total = powersOf(logits, first, scaled);
    loss += Math.log(total) - (scaled[label] as number);
    for (let k = 0; k < classes; k++) {
      const share = Math.exp(scaled[k] as number) / total;
      gradient[first + k] = (share - (k === label ? 1 : 0)) / n;
    }
  }
  return {loss: loss / n, gradient};
}

/** Writes a row's logits minus the largest into `scaled`. @returns the sum of their exponentials */
function powersOf(logits: ArrayLike<number>, first: number, scaled: Float64Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < scaled.length; k++) largest = Math.max(largest, logits[first + k] as number);
  let total = 0;
  for (let k = 0; k < scaled.length; k++) {
    const difference = (logits[first + k] as number) - largest;
    scaled[k] = difference;
    total += Math.exp(difference);
  }
  return total;
}

/**
 * The most probable class of each row, the first if several are equal; NaN if a logit is NaN.
 * @returns `[n]`, owned by the caller
 */
export function mostProbable(logits: ArrayLike<number>, classes: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({length: logits.length / classes}, (_, row) => {
    let best = 0;
    for (let k = 0; k < classes; k++) {
      const logit = logits[row * classes + k] as number;
      if (Number.isNaN(logit)) return Number.NaN;
      if (logit > (logits[row * classes + best] as number)) best = k;
    }
    return best;
  });
}
