import {CodedError, type Hash} from "../core/index.ts";
import {type Codec, type Dither, refuseNotFinite} from "./codecs/codec.ts";
import {contributionSize, encodeBlocks, weightOf} from "./contribution.ts";
import {decodedBlock} from "./decoded-block.ts";
import {STRIDE_VALUES} from "./kernels/kernels.ts";
import {kernels} from "./kernels/selection.ts";
import {type Mixture, mixtureOf} from "./mixture.ts";

/**
 * An estimate above this is refused. Below it no mixing of estimates, nor a snapshot, can overflow binary32.
 */
const LARGEST_ESTIMATE = 2 ** 126;

/**
 * A peer's estimate above this is refused. No model reaches it, and it is far below the limit of one's own
 * estimate. No peer can therefore bring one's own mass to a size that neither its owner nor anybody else
 * could read.
 */
export const LARGEST_PEER_ESTIMATE = 2 ** 100;

/**
 * The mass that a member holds during mixing: s = `values`, w = `weight`. Its estimate is s / w, as a delta
 * to the round's snapshot.
 * @see Kempe, Dobra & Gehrke, Gossip-based computation of aggregate information, FOCS 2003, section 2
 * (push-sum)
 */
export interface Mass {
  /** `[d]`, owned by the holder. */
  readonly values: Float64Array;
  readonly weight: number;
}

/**
 * Encodes a mass, first rounded to binary32, with its weight as the exact last element.
 * @returns bytes named by their SHA-256, owned by the caller
 */
export function encodeMass(hash: Hash, codec: Codec, {values, weight}: Mass, dither: Dither): Mixture {
  const block = (first: number, length: number): Float32Array => {
    const rounded = kernels.scratch.singles.subarray(0, length);
    kernels.round(values.subarray(first, first + length), rounded);
    return rounded;
  };
  const {bytes} = encodeBlocks(codec, {count: values.length, block}, [weight], dither);
  return mixtureOf(hash, bytes);
}

/** Reads the weight of a mass of `values` values. @throws PARAMETERS_WRONG_SIZE, PARAMETERS_WRONG_WEIGHT */
function soundWeight(codec: Codec, bytes: Uint8Array, values: number): number {
  if (bytes.length !== contributionSize(codec, values)) {
    throw new CodedError("PARAMETERS_WRONG_SIZE", "a mass has not the size of the model");
  }
  const weight = weightOf(bytes);
  if (weight > 0 && Number.isFinite(weight)) return weight;
  throw new CodedError("PARAMETERS_WRONG_WEIGHT", "the weight of a mass is not positive");
}

/** The error for s / w beyond a limit. Convex mixing keeps it within, except for rounding. */
function tooLarge(): CodedError {
  return new CodedError("PARAMETERS_NOT_FINITE", "a mass stands for values beyond binary32");
}

/**
 * Decodes a mass or a contribution of `values` values.
 * @param limit no value of the estimate s / w may be larger
 * @returns a new mass, owned by the caller
 * @throws PARAMETERS_WRONG_SIZE, PARAMETERS_NOT_FINITE, PARAMETERS_WRONG_WEIGHT
 */
export function massOf(codec: Codec, bytes: Uint8Array, values: number, limit = LARGEST_ESTIMATE): Mass {
  const weight = soundWeight(codec, bytes, values);
  const sums = new Float64Array(values);
  codec.accumulate(bytes, 0, sums);
  if (!kernels.isWithin(sums, limit * weight)) throw tooLarge();
  return {values: sums, weight};
}

/** A mass in transit: bytes that {@link checkMass} has accepted. */
export interface SentMass {
  readonly codec: Codec;
  /** Not to be changed. */
  readonly bytes: Uint8Array;
  readonly weight: number;
}

/**
 * Checks the bytes of a mass as {@link massOf} does, without an array of the decoded values.
 * @throws PARAMETERS_WRONG_SIZE, PARAMETERS_NOT_FINITE, PARAMETERS_WRONG_WEIGHT
 */
export function checkMass(
  codec: Codec,
  bytes: Uint8Array,
  values: number,
  limit = LARGEST_ESTIMATE,
): SentMass {
  const weight = soundWeight(codec, bytes, values);
  if (codec.largest !== undefined) {
    const largest = codec.largest(bytes, values);
    refuseNotFinite(largest - largest);
    if (!(largest <= limit * weight)) throw tooLarge();
    return {codec, bytes, weight};
  }
  for (let first = 0; first < values; first += STRIDE_VALUES) {
    const block = decodedBlock(codec, bytes, {first, length: Math.min(STRIDE_VALUES, values - first)}, 0);
    if (!kernels.isWithin(block, limit * weight)) throw tooLarge();
  }
  return {codec, bytes, weight};
}

/** The mass that a neighbour sent, and its share W_ij. */
export interface NeighbourMass<Sent extends Weighty> {
  readonly share: number;
  readonly mass: Sent;
}

type Weighty = Pick<Mass, "weight">;

function mixedWeight(before: Weighty, own: Weighty, neighbours: readonly NeighbourMass<Weighty>[]): number {
  return neighbours.reduce((sum, {share, mass}) => sum + share * (mass.weight - own.weight), before.weight);
}

/**
 * Makes one step of mixing at one member: s + sum_j W_ij (q_j - q_i), and w alike. For symmetric shares the
 * flow over each link is the same in both directions, so the sums over all members stay the same whatever the
 * codec left out of q: the rest stays in s.
 * @param own q_i: the mass sent to the neighbours, decoded
 * @returns a new mass, owned by the caller
 * @throws PARAMETERS_NOT_FINITE
 */
export function mixMass(before: Mass, own: Mass, neighbours: readonly NeighbourMass<Mass>[]): Mass {
  const values = before.values.slice();
  let isFinite = true;
  for (const {share, mass} of neighbours) {
    isFinite = kernels.mix(values, own.values, mass.values, share) && isFinite;
  }
  refuseNotFinite(isFinite ? 0 : Number.NaN);
  return {values, weight: mixedWeight(before, own, neighbours)};
}

/**
 * Does {@link mixMass} from the bytes that went from member to member, with the same result, in the memory of
 * `mass`: a large model would otherwise take three more arrays.
 * @param mass its values become the mixed ones; unusable if this throws
 * @param own the bytes sent to the neighbours; null if nothing was sent and q_i is `mass` unchanged
 * @returns the mixed mass, with the values of `mass`
 * @throws PARAMETERS_NOT_FINITE
 */
export function mixSent(
  mass: Mass,
  own: SentMass | null,
  neighbours: readonly NeighbourMass<SentMass>[],
): Mass {
  const [, , mixed] = kernels.scratch.doubles;
  const size = mass.values.length;
  let isFinite = true;
  for (let first = 0; first < size; first += STRIDE_VALUES) {
    const span = {first, length: Math.min(STRIDE_VALUES, size - first)};
    const values = mass.values.subarray(first, first + span.length);
    const mine = own === null ? values : decodedBlock(own.codec, own.bytes, span, 0);
    const sum = mixed.subarray(0, span.length);
    sum.set(values);
    for (const {share, mass: theirs} of neighbours) {
      const other = decodedBlock(theirs.codec, theirs.bytes, span, 1);
      isFinite = kernels.mix(sum, mine, other, share) && isFinite;
    }
    values.set(sum);
  }
  refuseNotFinite(isFinite ? 0 : Number.NaN);
  return {values: mass.values, weight: mixedWeight(mass, own ?? mass, neighbours)};
}

/**
 * Computes the parameters of a mass: `ref + s / w` for the first `mixed` values, the others unchanged.
 * @param reference `[m]`, the snapshot that the round began from; not changed
 * @returns a new vector `[m]`
 * @throws PARAMETERS_NOT_FINITE
 */
export function applyMass(reference: Float32Array, mixed: number, {values, weight}: Mass): Float32Array {
  const result = reference.slice();
  let check = 0;
  for (let index = 0; index < mixed; index++) {
    const value = Math.fround((reference[index] as number) + (values[index] as number) / weight);
    check += value - value;
    result[index] = value;
  }
  refuseNotFinite(check);
  return result;
}

/**
 * Tells whether two members' parameters after a round differ by no more than rounding explains. Their
 * distance must be at most `tolerance` times the distance from the snapshot, plus a unit in the last place of
 * the values.
 */
export function isNear(
  one: Float32Array,
  other: Float32Array,
  {reference, tolerance}: {readonly reference: Float32Array; readonly tolerance: number},
): boolean {
  let [apart, way, size] = [0, 0, 0];
  for (let index = 0; index < one.length; index++) {
    const value = one[index] as number;
    apart += (value - (other[index] as number)) ** 2;
    way += (value - (reference[index] as number)) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(apart) <= tolerance * Math.sqrt(way) + 2 ** -23 * Math.sqrt(size);
}
