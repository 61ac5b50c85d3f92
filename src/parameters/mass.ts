import {CodedError, type Hash} from "../core/index.ts";
import {type Codec, type Dither, refuseNotFinite} from "./codecs/codec.ts";
import {contributionSize, encodeContribution, weightOf} from "./contribution.ts";
import {type Mixture, mixtureOf} from "./mixture.ts";

/** Above this an estimate is refused: below it no mixing of estimates, nor a snapshot, can leave binary32. */
const LARGEST_ESTIMATE = 2 ** 126;

/**
 * Above this a peer's estimate is refused: further than any model goes, and so much below what one's own may be that
 * no peer can bring one's own mass to where neither it nor anybody else could read it.
 */
export const LARGEST_PEER_ESTIMATE = 2 ** 100;

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
  const {bytes} = encodeContribution(codec, new Float32Array(mass.values), [mass.weight], {dither});
  return mixtureOf(hash, bytes);
}

/** Throws PARAMETERS_NOT_FINITE where s / w is beyond `limit`; convex mixing keeps it within, but for rounding. */
function refuseHuge({values, weight}: Mass, limit: number): void {
  const bound = limit * weight;
  for (let index = 0; index < values.length; index++) {
    if (Math.abs(values[index] ?? 0) <= bound) continue;
    throw new CodedError("PARAMETERS_NOT_FINITE", "a mass stands for values beyond binary32");
  }
}

/**
 * Decodes a mass or a contribution of `values` values.
 * @param limit no value of the estimate s / w may be larger
 * @returns a new mass, owned by the caller
 * @throws PARAMETERS_WRONG_SIZE, PARAMETERS_NOT_FINITE, PARAMETERS_WRONG_WEIGHT
 */
export function massOf(codec: Codec, bytes: Uint8Array, values: number, limit = LARGEST_ESTIMATE): Mass {
  if (bytes.length !== contributionSize(codec, values)) {
    throw new CodedError("PARAMETERS_WRONG_SIZE", "a mass has not the size of the model");
  }
  const weight = weightOf(bytes);
  if (!(weight > 0 && Number.isFinite(weight))) {
    throw new CodedError("PARAMETERS_WRONG_WEIGHT", "the weight of a mass is not positive");
  }
  const sums = new Float64Array(values);
  codec.accumulate(bytes, 0, sums);
  refuseHuge({values: sums, weight}, limit);
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
  const mine = own.values;
  for (const {share, mass} of neighbours) {
    const theirs = mass.values;
    weight += share * (mass.weight - own.weight);
    for (let index = 0; index < values.length; index++) {
      const value = (values[index] ?? 0) + share * ((theirs[index] ?? 0) - (mine[index] ?? 0));
      check += value - value;
      values[index] = value;
    }
  }
  refuseNotFinite(check);
  return {values, weight};
}

/**
 * The parameters that a mass stands for: `ref + s / w` for the first `mixed` values, the others as they were.
 * @param reference `[m]`, the snapshot the round began from; not changed
 * @returns a new vector `[m]`
 * @throws PARAMETERS_NOT_FINITE
 */
export function applyMass(reference: Float32Array, mixed: number, {values, weight}: Mass): Float32Array {
  const result = reference.slice();
  let check = 0;
  for (let index = 0; index < mixed; index++) {
    const value = Math.fround((reference[index] ?? 0) + (values[index] ?? 0) / weight);
    check += value - value;
    result[index] = value;
  }
  refuseNotFinite(check);
  return result;
}

/**
 * Whether two members' parameters after a round are as near as rounding leaves them: the distance between them is at
 * most `tolerance` times the way from the snapshot, or a unit in the last place of the values.
 */
export function isNear(
  one: Float32Array,
  other: Float32Array,
  {reference, tolerance}: {readonly reference: Float32Array; readonly tolerance: number},
): boolean {
  let [apart, way, size] = [0, 0, 0];
  for (let index = 0; index < one.length; index++) {
    const value = one[index] ?? 0;
    apart += (value - (other[index] ?? 0)) ** 2;
    way += (value - (reference[index] ?? 0)) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(apart) <= tolerance * Math.sqrt(way) + 2 ** -23 * Math.sqrt(size);
}
