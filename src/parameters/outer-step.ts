import {refuseNotFinite} from "./codecs/codec.ts";

/** The outer optimiser of a plan. */
export interface OuterOptimizer {
  /** Above 0; 1 with momentum 0 is plain averaging, bit for bit. */
  readonly learningRate: number;
  /** In [0, 1). */
  readonly momentum: number;
}

/** Positions of the parameters and the velocity in a snapshot. */
export interface OuterPlaces {
  /** Number of parameters, which come first. */
  readonly size: number;
  /** Index at which their velocity begins; default: right behind them. */
  readonly velocityAt?: number;
}

/**
 * Computes the parameters after a round whose mean is treated as a gradient: D = z - mean, v' = momentum v +
 * D and z' = z - learningRate (momentum v' + D). The form used is mean + (1 - learningRate) D - learningRate
 * momentum v', which leaves the mean unchanged at a rate of 1 without momentum. Every member computes the
 * same bytes from the same bytes.
 * @param reference `[m]`: the snapshot that the round began from, with z and v; not changed
 * @param mixed the leading values after mixing: the mean of the members' parameters, and anything else that
 * is mixed
 * @returns a new vector `[m]`, laid out as `reference`
 * @throws PARAMETERS_NOT_FINITE
 * @see Reddi et al., Adaptive federated optimization, ICLR 2021, algorithm 1 (server momentum), with
 * Nesterov's step as in Douillard et al., DiLoCo, 2023, section 2
 */
export function outerStep(
  reference: Float32Array,
  mixed: Float32Array,
  {size, velocityAt = size, learningRate, momentum}: OuterOptimizer & OuterPlaces,
): Float32Array {
  const result = reference.slice();
  result.set(mixed);
  let check = 0;
  for (let index = 0; index < size; index++) {
    const mean = mixed[index] as number;
    const gradient = (reference[index] as number) - mean;
    const velocity = Math.fround(momentum * (reference[velocityAt + index] as number) + gradient);
    const shift = (1 - learningRate) * gradient - learningRate * momentum * velocity;
    // Adding 0 would turn -0 into 0.
    const value = shift === 0 ? mean : Math.fround(mean + shift);
    check += value - value + (velocity - velocity);
    result[index] = value;
    result[velocityAt + index] = velocity;
  }
  refuseNotFinite(check);
  return result;
}
