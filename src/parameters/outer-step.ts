import {refuseNotFinite} from "./codecs/codec.ts";

/** The optimiser of a round's result, which takes the mean of the updates for a gradient. */
export interface OuterSpec {
  /** Above 0; 1 takes the mean as it is. */
  readonly learningRate: number;
  /** In [0, 1). */
  readonly momentum: number;
  /** How many leading values of the snapshot are parameters. */
  readonly parameters: number;
  /** Where in the snapshot the velocity of the parameters lies; of no meaning without momentum, which carries none. */
  readonly velocityAt: number;
}

/**
 * One outer step with Nesterov's momentum: D = z - mean, v <- momentum v + D, z <- z - learningRate (momentum v + D),
 * in the form mean + (1 - learningRate) D - learningRate momentum v, which with a rate of 1 and no momentum leaves the
 * mean as it is, bit for bit. It is a function of bytes that all members have, so that all end with the same.
 * @param reference `[m]`, the snapshot the round began from, with the velocity before; not changed
 * @param mean `[m]`, the parameters after mixing; not changed
 * @returns a new vector `[m]`: parameters and velocity after the step, the rest as in `mean`
 * @throws PARAMETERS_NOT_FINITE
 * @see Douillard et al., DiLoCo, 2023, algorithm 1; Reddi et al., Adaptive federated optimization, ICLR 2021
 */
export function outerStep(
  reference: Float32Array,
  mean: Float32Array,
  {learningRate, momentum, parameters, velocityAt}: OuterSpec,
): Float32Array {
  const result = mean.slice();
  let check = 0;
  for (let index = 0; index < parameters; index++) {
    const target = mean[index] ?? 0;
    const difference = (reference[index] ?? 0) - target;
    let shift = (1 - learningRate) * difference;
    if (momentum > 0) {
      const velocity = Math.fround(momentum * (reference[velocityAt + index] ?? 0) + difference);
      check += velocity - velocity;
      result[velocityAt + index] = velocity;
      shift -= learningRate * momentum * velocity;
    }
    // Adding 0 would make 0 of -0.
    const value = shift === 0 ? target : Math.fround(target + shift);
    check += value - value;
    result[index] = value;
  }
  refuseNotFinite(check);
  return result;
}
