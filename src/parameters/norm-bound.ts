import {CodedError} from "../core/index.ts";
import type {Codec} from "./codecs/codec.ts";
import {type Chunk, weightOf} from "./contribution.ts";
import {decodedBlock} from "./decoded-block.ts";
import {STRIDE_VALUES} from "./kernels/kernels.ts";

/*
 * The plan's clip binds every member: a part longer than the clip allows is refused by the member that sums it, and a
 * contribution that nobody sees whole betrays its length by its products with random vectors.
 */

/**
 * Factor by which encoding may lengthen a vector. It is largest in int8: each of the 256 values of a block moves by
 * less than a level, at most 1/126 of the largest value, so the block grows by at most sqrt(256) / 126.
 */
const ENCODING_GROWTH = 1.15;

/**
 * Bound of the ratio of the squared products of a vector with random signs to its squared norm: a sound vector
 * exceeds it with a probability of at most 1e-9: 1 + 2 sqrt(x) + 2 x with x = ln 1e9.
 * @see Hsu, Kakade and Zhang, A tail inequality for quadratic forms of subgaussian random vectors, Electronic
 * Communications in Probability 17 (2012), theorem 2.1; the trace bounds the norms of the matrix
 */
const MOST_SQUARES = 51.6;

/**
 * Throws PARAMETERS_TOO_LONG if the values of a chunk's part are longer than {@link Chunk.clipNorm} times the weight
 * allows. The weight is the part's own if the part holds it, and the largest weight otherwise.
 */
export function checkNorm(
  codec: Codec,
  chunk: Pick<Chunk, "clipNorm" | "values" | "exact" | "maximumWeight">,
  part: Uint8Array,
): void {
  const {clipNorm, values, exact, maximumWeight = 1} = chunk;
  if (clipNorm === undefined) return;
  let squares = 0;
  for (let first = 0; first < values; first += STRIDE_VALUES) {
    const block = decodedBlock(codec, part, {first, length: Math.min(STRIDE_VALUES, values - first)}, 1);
    for (let at = 0; at < block.length; at++) squares += (block[at] as number) * (block[at] as number);
  }
  const bound = ENCODING_GROWTH * clipNorm * (exact > 0 ? weightOf(part) : maximumWeight);
  if (squares <= bound * bound) return;
  throw new CodedError("PARAMETERS_TOO_LONG", "a contribution is longer than the plan's clip allows");
}

/** A member's products with a random vector, and the length that its contribution may have. */
export interface ClippedProducts {
  /** `innerProducts` of all chunks with one challenge, one chunk after the other; the weight is the last number. */
  readonly products: Float64Array;
  /** Number of exact numbers at their end. */
  readonly exact: number;
  /** Number of strides in one product. */
  readonly strides: number;
  /** Largest L2 norm of the values divided by the weight. */
  readonly clipNorm: number;
}

/**
 * Tells whether products show that a contribution is longer than its clip. Products are random: a contribution of
 * about 12 times the clip is found by about half of the verifiers, and one of 100 times by nearly all. A sound
 * contribution is taken for a longer one once in 1e9 challenges.
 */
export function areTooLong({products, exact, strides, clipNorm}: ClippedProducts): boolean {
  const weight = products[products.length - 1] as number;
  let squares = 0;
  for (const product of products.subarray(0, products.length - exact)) squares += product * product;
  const bound = ENCODING_GROWTH * clipNorm * weight;
  // The strides of one product share their signs, so they may add up: Cauchy and Schwarz.
  return squares > MOST_SQUARES * strides * bound * bound;
}
