import {philox4x32, present} from "../core/index.ts";
import {BLOCK_VALUES, type Codec, type CodecName} from "./codecs/codec.ts";
import {codecOf} from "./codecs/codec-of.ts";
import {type Chunk, exactOf, expectSize} from "./contribution.ts";
import {decodedBlock} from "./decoded-block.ts";
import {STRIDE_VALUES} from "./kernels/kernels.ts";

/*
 * Whether a sum is that of its parts, without the parts: a product with the same random vector is taken of each, and the
 * sum's must be the sum of theirs. Freivalds, Probabilistic machines can use less running time, IFIP Congress 1977. A sum
 * that travels is rounded, so that its products are held to what rounding can make of them.
 */

/** Bytes of the seed of a challenge. */
export const SEED_BYTES = 16;

/** Products of one contribution at most: more would not go into a frame. */
const MOST_PRODUCTS = 8192;

/**
 * By how many standard deviations of what rounding adds, with random signs, a product may be off. A sound sum is beyond
 * it once in 30 million products (Hoeffding 1963, theorem 2); it is then computed again, so that nobody is blamed.
 */
const DEVIATIONS = 6;

/** Sum of squares of what rounding can add to the product of one stride with the coefficients. */
type Rounding = (block: Float64Array, coefficients: Float64Array) => number;

/** Values that are off by a share of themselves, or by a constant where they are very small. */
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

/** Values that are off by a share of the largest of their block of 256. */
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

/** Half a unit in the last place of binary32 and binary16, and half a level of int8, whose largest is 126 levels or more. */
const ROUNDINGS: Readonly<Partial<Record<CodecName, Rounding>>> = {
  f32: relative(2 ** -24, 2 ** -150),
  fp16: relative(2 ** -11, 2 ** -25),
  int8: ofLargest(1 / 250),
};

/** What binary64 sums of products may be off by, as a share of the sum of their magnitudes. */
const ACCUMULATION = 1e-12;

/**
 * The random vector that a seed stands for: magnitudes uniform in [0.5, 1), signs at random. No value is near 0, so that
 * no single value of a sum can be changed unseen.
 * @param seed of {@link SEED_BYTES}
 * @param values of the vectors that products are taken of
 * @returns `[min(values, STRIDE_VALUES)]`: each stride of a longer vector is multiplied by the same coefficients
 */
export function challengeOf(seed: Uint8Array, values: number): Float64Array {
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
  const key = [view.getUint32(0), view.getUint32(4)] as const;
  const nonce = [view.getUint32(8), view.getUint32(12)] as const;
  const coefficients = new Float64Array(Math.min(values, STRIDE_VALUES));
  for (let first = 0; first < coefficients.length; first += 4) {
    const words = philox4x32([first / 4, 0, ...nonce], key);
    // What lies past the end is not kept.
    for (let index = 0; index < 4; index++) {
      const word = words[index] as number;
      const magnitude = 0.5 + (word >>> 1) * 2 ** -32;
      coefficients[first + index] = (word & 1) === 1 ? magnitude : -magnitude;
    }
  }
  return coefficients;
}

/** A chunk, and with which vector its products are taken. */
export interface ChunkProducts {
  /** Of the contributions. */
  readonly codec: Codec;
  readonly chunk: Chunk;
  /** {@link challengeOf} a seed. */
  readonly coefficients: Float64Array;
  /** Strides of values that one product is of, from {@link stridesPerProduct}. */
  readonly strides: number;
}

/** Strides of STRIDE_VALUES that one product is of, in a vector of `values` values. */
export function stridesPerProduct(values: number): number {
  return Math.max(1, Math.ceil(values / STRIDE_VALUES / MOST_PRODUCTS));
}

/** How many numbers {@link innerProducts} gives for a chunk. */
export function productCount({chunk, strides}: Pick<ChunkProducts, "chunk" | "strides">): number {
  return Math.ceil(chunk.values / (STRIDE_VALUES * strides)) + chunk.exact;
}

/** Four sums side by side: one alone would wait for each addition to end before the next. */
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

/** Calls `each` with every stride of `bytes`, decoded, and the place of the product that it belongs to. */
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
 * The products of a contribution's bytes of a chunk with the challenge, one for so many strides, and behind them the
 * exact numbers of the last chunk: the same bits on every machine.
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

/** Per product: that of the sum, and the sum of squares of what rounding can add to it. */
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

/** Whether the exact numbers of the sum are the sums, in the order given, of those behind the products, and these lawful. */
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
 * Whether `sum` is the sum of the parts of which `parts` are the products: exactly for the exact numbers, within what
 * rounding explains for the values.
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

/** Whether `claimed` are, bit for bit, the {@link innerProducts} of the part. @throws what these do */
export function areProducts(of: ChunkProducts, part: Uint8Array, claimed: Float64Array): boolean {
  const products = innerProducts(of, part);
  return products.length === claimed.length && products.every((value, at) => Object.is(value, claimed[at]));
}
