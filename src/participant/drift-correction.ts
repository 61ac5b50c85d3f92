import type {SharedValues} from "./shared-values.ts";

/**
 * The vector that a site adds to each gradient of a round, `[layoutSize]`: c - c_i, and 0 in the places of
 * its own tensors.
 */
export function driftCorrection(
  common: Float32Array,
  own: Float32Array,
  shared: SharedValues,
  layoutSize: number,
): Float32Array<ArrayBuffer> {
  const difference = common.map((value, index) => value - (own[index] as number));
  return shared.scatter(difference, new Float32Array(layoutSize));
}

/** A round's local training, as the correction sees it; vectors are `[size]`. */
export interface CorrectedSteps {
  readonly start: Float32Array;
  readonly trained: Float32Array;
  /** Learning rate times effort: length of the steps' way along a constant gradient of 1. */
  readonly distance: number;
}

/**
 * The site's next control: c_i' = c_i - c + (start - trained) / (steps x rate), the mean of the gradients on
 * its way.
 * @returns a new vector `[size]`
 * @see Karimireddy et al., SCAFFOLD: stochastic controlled averaging for federated learning, ICML 2020,
 * algorithm 1, line 12, option II; with momentum the steps are counted by their effort
 */
export function nextControl(
  common: Float32Array,
  own: Float32Array,
  {start, trained, distance}: CorrectedSteps,
): Float32Array {
  return own.map(
    (value, index) =>
      value - (common[index] as number) + ((start[index] as number) - (trained[index] as number)) / distance,
  );
}

/**
 * The vector that a round mixes under drift correction: `[trained - snapshot | c_i' - c]`. Both halves are
 * measured from the snapshot, so the next c is the mean of the contributors' c_i'. A site that was away or
 * lost its c_i therefore leaves no lasting error in it.
 */
export function correctedUpdate(
  update: Float32Array,
  control: Float32Array,
  common: Float32Array,
): Float32Array {
  const both = new Float32Array(update.length + control.length);
  both.set(update);
  for (let index = 0; index < control.length; index++) {
    both[update.length + index] = (control[index] as number) - (common[index] as number);
  }
  return both;
}
