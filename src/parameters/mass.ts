import {type Hash, toHex} from "../core/index.ts";
import {type Codec, refuseNotFinite} from "./codec.ts";
import {contributionSize, encodeContribution, weightOf} from "./contribution.ts";
import {CodedError} from "../core/index.ts";
import type {Mixture} from "./mixture.ts";

/** What a member holds while it mixes: `values` are s, `weight` is w; its estimate is s / w, as a delta. */
export interface Mass {
  /** `[d]`, owned by the holder. */
  readonly values: Float64Array;
  readonly weight: number;
}

/**
 * Encodes a mass, rounded to binary32 first, with its weight as the exact last element.
 * @returns bytes named by their SHA-256
 */
export function encodeMass(hash: Hash, codec: Codec, mass: Mass): Mixture {
  const {bytes} = encodeContribution(codec, Float32Array.from(mass.values), Math.fround(mass.weight));
  // The brand exists for the compiler only.
  return {hash: toHex(hash(bytes)), bytes} as Mixture;
}

/**
 * Decodes a mass or a contribution of `values` values.
 * @returns a new mass, owned by the caller
 * @throws PARAMETERS_WRONG_SIZE, PARAMETERS_NOT_FINITE, PARAMETERS_WRONG_WEIGHT
 */
export function massOf(codec: Codec, bytes: Uint8Array, values: number): Mass {
  if (bytes.length !== contributionSize(codec, values)) {
    throw new CodedError("PARAMETERS_WRONG_SIZE", "a mass has not the size of the model");
  }
  const weight = weightOf(bytes);
  if (!(weight > 0)) throw new CodedError("PARAMETERS_WRONG_WEIGHT", "the weight of a mass is not positive");
  refuseNotFinite(weight - weight);
  const sums = new Float64Array(values);
  codec.accumulate(bytes, 0, sums);
  return {values: sums, weight};
}
