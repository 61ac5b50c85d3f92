import {philox4x32} from "../../core/index.ts";
import {HALF_VALUES, halfFromSingleBits} from "../half.ts";
import {type Kernels, STRIDE_VALUES} from "./kernels.ts";

const LARGEST_LEVEL = 127;
const LARGEST_HALF = 0x7bff;

/**
 * Adds the squares of x at 0, 1, 2, 3 modulo 4 to `sums`, `[4]`. A rest of fewer than four goes to the first.
 */
export function addSquares(x: Float32Array, sums: Float64Array): void {
  const aligned = x.length - (x.length % 4);
  let [s0, s1, s2, s3] = sums as Iterable<number> as [number, number, number, number];
  // Four sums side by side: a single sum would wait for each addition to end before the next.
  for (let index = 0; index < aligned; index += 4) {
    s0 += (x[index] as number) ** 2;
    s1 += (x[index + 1] as number) ** 2;
    s2 += (x[index + 2] as number) ** 2;
    s3 += (x[index + 3] as number) ** 2;
  }
  for (let index = aligned; index < x.length; index++) s0 += (x[index] as number) ** 2;
  sums.set([s0, s1, s2, s3]);
}

/** Adds the four sums. */
export function totalOf(sums: Float64Array): number {
  const [s0, s1, s2, s3] = sums as Iterable<number> as [number, number, number, number];
  return s0 + s1 + (s2 + s3);
}

/** The {@link Kernels} in plain JavaScript, for machines without WebAssembly and for the ends of blocks. */
export const plainKernels: Kernels = {
  name: "plain",
  scratch: {
    singles: new Float32Array(STRIDE_VALUES),
    doubles: [
      new Float64Array(STRIDE_VALUES),
      new Float64Array(STRIDE_VALUES),
      new Float64Array(STRIDE_VALUES),
    ],
  },
  weightedMean(vectors, weights, into) {
    for (let index = 0; index < into.length; index++) {
      let sum = 0;
      for (let vector = 0; vector < vectors.length; vector++) {
        sum += (weights[vector] as number) * (vectors[vector]?.[index] as number);
      }
      into[index] = sum;
    }
  },
  addSingles(x, into) {
    let check = 0;
    for (let index = 0; index < into.length; index++) {
      const value = x[index] as number;
      check += value - value;
      into[index] = (into[index] as number) + value;
    }
    return check === 0;
  },
  mix(values, own, theirs, share) {
    let check = 0;
    for (let index = 0; index < values.length; index++) {
      const value = (values[index] as number) + share * ((theirs[index] as number) - (own[index] as number));
      check += value - value;
      values[index] = value;
    }
    return check === 0;
  },
  isWithin(x, bound) {
    for (let index = 0; index < x.length; index++) if (!(Math.abs(x[index] as number) <= bound)) return false;
    return true;
  },
  round(x, into) {
    for (let index = 0; index < into.length; index++) into[index] = x[index] as number;
  },
  sumOfSquares(x) {
    const sums = new Float64Array(4);
    addSquares(x, sums);
    return totalOf(sums);
  },
  scale(x, factor, into) {
    for (let index = 0; index < into.length; index++) into[index] = (x[index] as number) * factor;
  },
  encodeHalves(x, into) {
    const bits = new Uint32Array(x.buffer, x.byteOffset, x.length);
    let saturated = 0;
    for (let index = 0; index < bits.length; index++) {
      const half = halfFromSingleBits(bits[index] as number);
      if ((half & 0x7fff) === LARGEST_HALF) saturated += 1;
      into[index] = half;
    }
    return saturated;
  },
  addHalves(halves, into) {
    let check = 0;
    for (let index = 0; index < into.length; index++) {
      const value = HALF_VALUES[halves[index] as number] as number;
      check += value - value;
      into[index] = (into[index] as number) + value;
    }
    return check === 0;
  },
  decodeHalves(halves, into) {
    into.fill(0);
    return plainKernels.addHalves(halves, into);
  },
  largestHalf(halves) {
    let largest = 0;
    for (let index = 0; index < halves.length; index++) {
      largest = Math.max(largest, (halves[index] as number) & 0x7fff);
    }
    return largest;
  },
  largestMagnitude(x) {
    let largest = 0;
    for (let index = 0; index < x.length; index++) largest = Math.max(largest, Math.abs(x[index] as number));
    return largest;
  },
  encodeLevels(x, {scale, key, first}, into) {
    let words: readonly number[] = [];
    for (let index = 0; index < x.length; index++) {
      const position = first + index;
      if (index % 4 === 0) words = philox4x32([position >>> 2, 0, 0, 0], key);
      const unit = ((words[position & 3] as number) >>> 8) * 2 ** -24;
      const shifted = Math.fround(Math.fround((x[index] as number) / scale) + unit);
      into[index] = Math.max(-LARGEST_LEVEL, Math.min(LARGEST_LEVEL, Math.floor(shifted)));
    }
  },
  addLevels(levels, scale, into) {
    for (let index = 0; index < into.length; index++) {
      into[index] = (into[index] as number) + (((levels[index] as number) << 24) >> 24) * scale;
    }
  },
  largestPlaces(x, into) {
    const order = Array.from(x.keys());
    order.sort((a, b) => Math.abs(x[b] as number) - Math.abs(x[a] as number) || a - b);
    into.set(order.slice(0, into.length).sort((a, b) => a - b));
  },
};
