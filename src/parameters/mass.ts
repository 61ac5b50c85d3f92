import {CodedError, type Hash} from "../core/index.ts";
import {type Codec, type Dither, refuseNotFinite} from "./codecs/codec.ts";
import {contributionSize, encodeContribution, weightOf} from "./contribution.ts";
import {type Mixture, mixtureOf} from "./mixture.ts";

/**
 * What a member holds while masses are mixed: s = `values`, w = `weight`; its estimate is s / w, as a delta to the
 * round's snapshot.
 * @see Kempe, Dobra & Gehrke, Gossip-based computation of aggregate information, FOCS 2003, section 2 (push-sum)
 */
export interface Mass {
  /** `[d]`, owned by the holder. */
  readonly values: Float64Array;
  readonly weight: number;
}

/**
 * Encodes a mass, rounded to binary32 first, with its weight as the exact last element.
 * @returns bytes named by their SHA-256, owned by the caller
 */
export function encodeMass(hash: Hash, codec: Codec, mass: Mass, dither: Dither): Mixture {
  const {bytes} = encodeContribution(codec, Float32Array.from(mass.values), [mass.weight], {dither});
  return mixtureOf(hash, bytes);
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
  if (!(weight > 0 && Number.isFinite(weight))) {
    throw new CodedError("PARAMETERS_WRONG_WEIGHT", "the weight of a mass is not positive");
  }
  const sums = new Float64Array(values);
  codec.accumulate(bytes, 0, sums);
  return {values: sums, weight};
}

/** What a neighbour sent, and the share W_ij with which it counts. */
export interface NeighbourMass {
  readonly share: number;
  readonly mass: Mass;
}

/**
 * One step of mixing at one member: s + sum_j W_ij (q_j - q_i), and w alike. For symmetric shares the flow over each
 * link is the same in both directions, so the sums over all members stay what they were, whatever the codec left of
 * the q: what it leaves out stays in s.
 * @param own what was sent to the neighbours, decoded: q_i
 * @returns a new mass, owned by the caller
 * @throws PARAMETERS_NOT_FINITE
 */
export function mixMass(before: Mass, own: Mass, neighbours: readonly NeighbourMass[]): Mass {
  const values = before.values.slice();
  let {weight} = before;
  let check = 0;
  for (const {share, mass} of neighbours) {
    weight += share * (mass.weight - own.weight);
    for (let index = 0; index < values.length; index++) {
      const value = (values[index] ?? 0) + share * ((mass.values[index] ?? 0) - (own.values[index] ?? 0));
      check += value - value;
      values[index] = value;
    }
  }
  refuseNotFinite(check);
  return {values, weight};
}
