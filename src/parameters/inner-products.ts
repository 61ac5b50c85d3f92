import {philox4x32, present} from "../core/index.ts";
import {BLOCK_VALUES, type Codec, type CodecName} from "./codecs/codec.ts";
import {codecOf} from "./codecs/codec-of.ts";
import {type Chunk, exactOf, expectSize} from "./contribution.ts";
import {decodedBlock} from "./decoded-block.ts";
import {STRIDE_VALUES} from "./kernels/kernels.ts";

/*
 * Checks a sum without its parts. The inner product with one random vector is taken of the sum and of each
 * part, and the product of the sum must be the sum of the products. Freivalds, Probabilistic machines can use
 * less running time, IFIP Congress 1977. A sum that travels is rounded, so its products may differ by as much
 * as rounding explains.
 */

/** Number of bytes in the seed of a challenge. */
export const SEED_BYTES = 16;

/** Largest number of products of one contribution: more would not fit into a frame. */
const MOST_PRODUCTS = 8192;

/**
 * Largest accepted error of a product, in standard deviations of the error that rounding adds with random
 * signs. A sound sum exceeds it once in 30 million products (Hoeffding 1963, theorem 2). The sum is then
 * computed again, and nobody is blamed.
 */
const DEVIATIONS = 6;

/** Sum of squares of the error that rounding can add to the product of one stride with the coefficients. */
type Rounding = (block: Float64Array, coefficients: Float64Array) => number;

/** Values with an error of a share of themselves, or of a constant if they are very small. */
function relative(share: number, constant: number): Rounding {
  return (block, coefficients) => {
    let squares = 0;
    for (let at = 0; at < block.length; at++) {
      const product = (block[at] as number) * (coefficients[at] as number);
      squares += product * product;
    }
    return share * share * squares + block.length * constant * constant;
  };
}

/** Values with an error of a share of the largest in their block of 256. */
function ofLargest(share: number): Rounding {
  return (block, coefficients) => {
    let squares = 0;
    for (let first = 0; first < block.length; first += BLOCK_VALUES) {
      const end = Math.min(block.length, first + BLOCK_VALUES);
      let [largest, norm] = [0, 0];
      for (let at = first; at < end; at++) {
        largest = Math.max(largest, Math.abs(block[at] as number));
        norm += (coefficients[at] as number) ** 2;
      }
      squares += (share * largest) ** 2 * norm;
    }
    return squares;
  };
}

/**
 * Half a unit in the last place of binary32 and binary16, and half a level of int8, whose largest is at least
 * 126 levels.
 */
const ROUNDINGS: Readonly<Partial<Record<CodecName, Rounding>>> = {
  f32: relative(2 ** -24, 2 ** -150),
  fp16: relative(2 ** -11, 2 ** -25),
  int8: ofLargest(1 / 250),
};

/** Largest error of binary64 sums of products, as a share of the sum of their magnitudes. */
const ACCUMULATION = 1e-12;

/**
 * Derives the random vector of a seed: magnitudes uniform in [0.5, 1), signs at random. No value is near 0,
 * so a change of any single value of a sum shows.
 * @param seed of {@link SEED_BYTES}
 * @param values length of the vectors in the products
 * @returns `[min(values, STRIDE_VALUES)]`: each stride of a longer vector is multiplied by the same
 * coefficients
 */
export function challengeOf(seed: Uint8Array, values: number): Float64Array {
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
  const key = [view.getUint32(0), view.getUint32(4)] as const;
  const nonce = [view.getUint32(8), view.getUint32(12)] as const;
  const coefficients = new Float64Array(Math.min(values, STRIDE_VALUES));
  for (let first = 0; first < coefficients.length; first += 4) {
    const words = philox4x32([first / 4, 0, ...nonce], key);
    // Writes past the end are ignored.
    for (let index = 0; index < 4; index++) {
      const word = words[index] as number;
      const magnitude = 0.5 + (word >>> 1) * 2 ** -32;
      coefficients[first + index] = (word & 1) === 1 ? magnitude : -magnitude;
    }
  }
  return coefficients;
}

/** A chunk and the vector with which its products are taken. */
export interface ChunkProducts {
  /** Codec of the contributions. */
  readonly codec: Codec;
  readonly chunk: Chunk;
  /** {@link challengeOf} a seed. */
  readonly coefficients: Float64Array;
  /** Number of strides in one product, from {@link stridesPerProduct}. */
  readonly strides: number;
}

/** Number of strides of STRIDE_VALUES in one product, for a vector of `values` values. */
export function stridesPerProduct(values: number): number {
  return Math.max(1, Math.ceil(values / STRIDE_VALUES / MOST_PRODUCTS));
}

/** Length of the result of {@link innerProducts} for a chunk. */
export function productCount({chunk, strides}: Pick<ChunkProducts, "chunk" | "strides">): number {
  return Math.ceil(chunk.values / (STRIDE_VALUES * strides)) + chunk.exact;
}

/** Four sums side by side: a single sum would wait for each addition to end before the next. */
function dot(x: Float64Array, coefficients: Float64Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const aligned = x.length - (x.length % 4);
  for (let at = 0; at < aligned; at += 4) {
    s0 += (x[at] as number) * (coefficients[at] as number);
    s1 += (x[at + 1] as number) * (coefficients[at + 1] as number);
    s2 += (x[at + 2] as number) * (coefficients[at + 2] as number);
    s3 += (x[at + 3] as number) * (coefficients[at + 3] as number);
  }
  for (let at = aligned; at < x.length; at++) s0 += (x[at] as number) * (coefficients[at] as number);
  return s0 + s1 + (s2 + s3);
}

/** Calls `each` with every stride of `bytes`, decoded, and the place of its product. */
function eachStride(
  codec: Codec,
  bytes: Uint8Array,
  {chunk, strides}: Pick<ChunkProducts, "chunk" | "strides">,
  each: (block: Float64Array, place: number) => void,
): void {
  for (let first = 0, stride = 0; first < chunk.values; first += STRIDE_VALUES, stride++) {
    const length = Math.min(STRIDE_VALUES, chunk.values - first);
    each(decodedBlock(codec, bytes, {first, length}, 0), Math.floor(stride / strides));
  }
}

/**
 * Computes the products of a contribution's chunk with the challenge, one for each group of strides, followed
 * by the exact numbers of the last chunk. They have the same bits on every machine.
 * @throws PARAMETERS_WRONG_SIZE, PARAMETERS_NOT_FINITE
 */
export function innerProducts(of: ChunkProducts, part: Uint8Array): Float64Array {
  const {codec, chunk, coefficients} = of;
  expectSize(chunk, part);
  const products = new Float64Array(productCount(of));
  eachStride(codec, part, of, (block, place) => {
    products[place] = (products[place] as number) + dot(block, coefficients);
  });
  if (chunk.exact > 0) products.set(exactOf(part, chunk.exact), products.length - chunk.exact);
  return products;
}

/** Product of the sum for each place, and the sum of squares of the error that rounding can add to it. */
function productsOfSum(of: ChunkProducts, sum: Uint8Array): {products: Float64Array; squares: Float64Array} {
  const {codec, chunk, coefficients} = of;
  const rounding = present(ROUNDINGS[codec.sums], "how sums in their codec are rounded");
  const count = productCount(of) - chunk.exact;
  const [products, squares] = [new Float64Array(count), new Float64Array(count)];
  eachStride(codecOf(codec.sums), sum, of, (block, place) => {
    products[place] = (products[place] as number) + dot(block, coefficients);
    squares[place] = (squares[place] as number) + rounding(block, coefficients);
  });
  return {products, squares};
}

/**
 * Tells whether the exact numbers of the sum are the sums, in the given order, of valid numbers behind the
 * products.
 */
function areExactSums({chunk}: ChunkProducts, sum: Uint8Array, parts: readonly Float64Array[]): boolean {
  const {maximumWeight = 1} = chunk;
  const weights = parts.map((products) => products[products.length - 1] as number);
  if (!weights.every((weight) => weight > 0 && weight <= maximumWeight)) return false;
  const sums = exactOf(sum, chunk.exact);
  return sums.every((value, index) => {
    const at = (products: Float64Array): number => products[products.length - chunk.exact + index] as number;
    return value === Math.fround(parts.reduce((total, products) => total + at(products), 0));
  });
}

/**
 * Tells whether `sum` is the sum of the parts that have the products `parts`: exactly for the exact numbers,
 * and as far as rounding explains for the values.
 * @param sum the encoded sum of the chunk, of its size
 * @param parts {@link innerProducts} of every contributor, in the order of summation
 * @throws PARAMETERS_NOT_FINITE
 */
export function isSumOf(of: ChunkProducts, sum: Uint8Array, parts: readonly Float64Array[]): boolean {
  if (of.chunk.exact > 0 && !areExactSums(of, sum, parts)) return false;
  const {products, squares} = productsOfSum(of, sum);
  return products.every((product, place) => {
    let [expected, magnitude] = [0, Math.abs(product)];
    for (const part of parts) {
      expected += part[place] as number;
      magnitude += Math.abs(part[place] as number);
    }
    const bound = DEVIATIONS * Math.sqrt(squares[place] as number) + ACCUMULATION * magnitude;
    return Math.abs(product - expected) <= bound;
  });
}

/** Tells whether `claimed` are, bit for bit, the {@link innerProducts} of the part. @throws as these do */
export function areProducts(of: ChunkProducts, part: Uint8Array, claimed: Float64Array): boolean {
  const products = innerProducts(of, part);
  return products.length === claimed.length && products.every((value, at) => Object.is(value, claimed[at]));
}
