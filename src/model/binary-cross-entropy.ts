/** A mean loss over a batch and its gradient by the logits. */
export interface LogitLoss {
  readonly loss: number;
  /** The gradient by each logit, owned by the caller. */
  readonly gradient: Float32Array;
}

/** The logistic function 1 / (1 + exp(-logit)), without overflow at either end. */
export function sigmoid(logit: number): number {
  const decay = Math.exp(-Math.abs(logit));
  return (logit < 0 ? decay : 1) / (1 + decay);
}

/**
 * Binary cross-entropy of one logit, without overflow: max(z, 0) - z y + log(1 + exp(-|z|)). Its slope is
 * sigmoid(z) - y.
 */
export function crossEntropyOfLogit(logit: number, label: number): number {
  return Math.max(logit, 0) - logit * label + Math.log1p(Math.exp(-Math.abs(logit)));
}

/**
 * Mean binary cross-entropy of `logits`. Its gradient by the logit z is (sigmoid(z) - y) / n. It is computed
 * here in double precision, not by the backend. Automatic differentiation of the stable form takes the
 * subgradient 0 of max and |.| at z = 0, which gives -y instead of 1/2 - y exactly where training from zero
 * parameters starts.
 * @param logits `[n]`, n at least 1
 * @param labels `[n]`, each 0 or 1
 */
export function binaryCrossEntropy(logits: ArrayLike<number>, labels: ArrayLike<number>): LogitLoss {
  const n = logits.length;
  const gradient = new Float32Array(n);
  let sum = 0;
  for (let row = 0; row < n; row++) {
    const logit = logits[row] as number;
    const label = labels[row] as number;
    sum += crossEntropyOfLogit(logit, label);
    gradient[row] = (sigmoid(logit) - label) / n;
  }
  return {loss: sum / n, gradient};
}
