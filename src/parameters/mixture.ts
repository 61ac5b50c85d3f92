import {at, CodedError, type Hash, toHex} from "../core/index.ts";
import {type Codec, type Dither, refuseNotFinite} from "./codecs/codec.ts";
import {codecOf} from "./codecs/codec-of.ts";
import {type Chunk, encodeBlocks, exactOf, expectSize, weightOf} from "./contribution.ts";
import {decodedBlock} from "./decoded-block.ts";
import {STRIDE_VALUES} from "./kernels/kernels.ts";
import {kernels} from "./kernels/selection.ts";
import {checkNorm} from "./norm-bound.ts";
import {checkRange} from "./value-range.ts";

declare const mixtureBrand: unique symbol;

/** The encoded sum of several members' contributions. Only {@link sumChunk} and `encodeMass` make one. */
export interface Mixture {
  readonly [mixtureBrand]: true;
  /** Lower-case hexadecimal SHA-256 of `bytes`. */
  readonly hash: string;
  /** Not to be changed. */
  readonly bytes: Uint8Array;
}

/** Names bytes that are built only from contributions. */
export function mixtureOf(hash: Hash, bytes: Uint8Array): Mixture {
  // The brand exists only for the compiler. Only the makers in this room call this.
  return {hash: toHex(hash(bytes)), bytes} as Mixture;
}

function expectWeight(weight: number, maximum: number): void {
  if (weight > 0 && weight <= maximum) return;
  throw new CodedError("PARAMETERS_WRONG_WEIGHT", `the weight of a contribution is not in (0, ${maximum}]`);
}

/** Sums the exact numbers at the end of each part. The last of them is its weight. */
function summedExact(parts: readonly Uint8Array[], {exact: count, maximumWeight = 1}: Chunk): number[] {
  const totals = Array.from({length: count}, () => 0);
  for (const part of parts) {
    expectWeight(weightOf(part), maximumWeight);
    exactOf(part, count).forEach((value, index) => {
      totals[index] = at(totals, index) + value;
    });
  }
  refuseNotFinite(totals.reduce((sum, total) => sum + (total - total), 0));
  return totals;
}

/**
 * Checks one member's bytes for `chunk` before they take part in a sum.
 * @throws PARAMETERS_WRONG_SIZE, PARAMETERS_NOT_FINITE, PARAMETERS_WRONG_WEIGHT, PARAMETERS_OUT_OF_RANGE,
 * PARAMETERS_TOO_LONG
 */
export function checkContribution(codec: Codec, chunk: Chunk, part: Uint8Array): void {
  expectSize(chunk, part);
  for (let first = 0; first < chunk.values; first += STRIDE_VALUES) {
    decodedBlock(codec, part, {first, length: Math.min(STRIDE_VALUES, chunk.values - first)}, 0);
  }
  if (chunk.exact > 0) summedExact([part], chunk);
  if (chunk.range !== undefined) checkRange(codec, part, chunk.range);
  checkNorm(codec, chunk, part);
}

/** Inputs of a sum apart from the parts. */
export interface ChunkSum {
  readonly codec: Codec;
  readonly chunk: Chunk;
  /** Dither of the sum's own rounding, the same at every member. `first` is the chunk's first value. */
  readonly dither: Dither;
}

/**
 * Sums the decoded contributions to one chunk in the given order (the members' id order), with binary64
 * accumulators, and encodes the sum: s = sum of p_i (x_i - ref), w = sum of p_i.
 * @param parts every contributor's bytes of this chunk, checked by {@link checkContribution}
 * @throws PARAMETERS_WRONG_SIZE, PARAMETERS_NOT_FINITE, PARAMETERS_WRONG_WEIGHT, PARAMETERS_OUT_OF_RANGE,
 * PARAMETERS_TOO_LONG
 */
export function sumChunk(
  hash: Hash,
  {codec, chunk, dither}: ChunkSum,
  parts: readonly Uint8Array[],
): Mixture {
  for (const part of parts) {
    expectSize(chunk, part);
    if (chunk.range !== undefined) checkRange(codec, part, chunk.range);
    checkNorm(codec, chunk, part);
  }
  const {scratch} = kernels;
  const block = (first: number, length: number): Float32Array => {
    const sums = scratch.doubles[0].subarray(0, length);
    sums.fill(0);
    for (const part of parts) codec.accumulate(part, first, sums);
    const rounded = scratch.singles.subarray(0, length);
    kernels.round(sums, rounded);
    return rounded;
  };
  const exact = chunk.exact > 0 ? summedExact(parts, chunk) : [];
  const {bytes} = encodeBlocks(codecOf(codec.sums), {count: chunk.values, block}, exact, dither);
  return mixtureOf(hash, bytes);
}

/** The snapshot to which a sum is applied, and the form of the sum. */
export interface MixtureTarget {
  /** Codec of the contributions. */
  readonly codec: Codec;
  /** `[m]`, the snapshot that the round began from; not changed. */
  readonly reference: Float32Array;
  /** Number of leading values of the snapshot that were mixed. */
  readonly mixed: number;
  /**
   * 2 if the sum holds, before its weight, the sum of p_i a_i: each contribution was divided by its effort
   * a_i.
   */
  readonly exact?: 1 | 2;
}

/** Factor of the contributions' mean: 1, or the mean effort if each was divided by its effort. */
function paceOf(encodedSum: Uint8Array, weight: number, exact: number): number {
  if (exact === 1) return 1;
  const effort = at(exactOf(encodedSum, exact), 0);
  if (effort > 0 && Number.isFinite(effort)) return effort / weight;
  throw new CodedError("PARAMETERS_WRONG_WEIGHT", "the sum of the efforts is not positive");
}

/**
 * Computes the parameters after a round: `ref + s / w` for the first `mixed` values, the others unchanged.
 * With efforts it is `ref + (sum of p a / w) s / w`, which keeps sites that took more steps from counting
 * more.
 * @param encodedSum the assembled sums of all chunks, weight included
 * @returns a new vector `[m]`, the same bytes on every machine
 * @throws PARAMETERS_WRONG_WEIGHT, PARAMETERS_NOT_FINITE
 * @see Wang et al., Tackling the objective inconsistency problem, NeurIPS 2020, equation 5 (FedNova)
 */
export function applyMixture(
  {codec, reference, mixed, exact = 1}: MixtureTarget,
  encodedSum: Uint8Array,
): Float32Array {
  const weight = weightOf(encodedSum);
  if (!(weight > 0 && Number.isFinite(weight))) {
    throw new CodedError("PARAMETERS_WRONG_WEIGHT", "the sum of the weights is not positive");
  }
  const pace = paceOf(encodedSum, weight, exact);
  const sumCodec = codecOf(codec.sums);
  const result = reference.slice();
  let check = 0;
  for (let first = 0; first < mixed; first += STRIDE_VALUES) {
    const span = {first, length: Math.min(STRIDE_VALUES, mixed - first)};
    const block = decodedBlock(sumCodec, encodedSum, span, 0);
    for (let index = 0; index < block.length; index++) {
      const value = Math.fround(
        (reference[first + index] as number) + (pace * (block[index] as number)) / weight,
      );
      check += value - value;
      result[first + index] = value;
    }
  }
  // A finite sum over a small weight can still exceed binary32.
  refuseNotFinite(check);
  return result;
}
