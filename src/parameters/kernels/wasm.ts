import {at} from "../../core/index.ts";
import {type Compiled, compileKernels} from "./compiled.ts";
import {type Kernels, STRIDE_VALUES} from "./kernels.ts";
import {KernelMemory} from "./memory.ts";
import {addSquares, plainKernels, totalOf} from "./plain.ts";

/** Strides of a multiple of this many values hold whole steps of every kernel. */
const STEP_VALUES = 16;
/** Room for copies of the vectors of a mean: x and y. */
const MEAN_VALUES = 4 * STRIDE_VALUES;

/** {@link Kernels} with their own memory. Vectors that live in it need not be copied. */
export interface WasmKernels extends Kernels {
  /**
   * Allocates a vector of `length` values in the kernels' memory, where it stays as long as the kernels do.
   * @throws RangeError if the reserved memory is used up
   */
  vector(length: number): Float32Array;
}

type Slice = (from: number, count: number) => void;

/**
 * Calls `act` for every stride of `length` values except an incomplete step at the end.
 * @returns where that begins
 */
function strides(length: number, act: Slice, stride = STRIDE_VALUES): number {
  const whole = length - (length % STEP_VALUES);
  for (let from = 0; from < whole; from += stride) act(from, Math.min(stride, whole - from));
  return whole;
}

class CompiledKernels implements WasmKernels {
  readonly name = "wasm";
  readonly scratch;
  readonly #compiled: Compiled;
  readonly #memory: KernelMemory;

  constructor(compiled: Compiled, reservedBytes: number) {
    this.#compiled = compiled;
    this.#memory = new KernelMemory(compiled.memory, compiled.heapBase(), reservedBytes);
    this.scratch = this.#memory.scratch;
  }

  vector(length: number): Float32Array {
    return this.#memory.vector(length);
  }

  weightedMean(vectors: readonly Float32Array[], weights: readonly number[], into: Float32Array): void {
    const {buffer} = this.#memory;
    const isHere = [...vectors, into].every((vector) => vector.buffer === buffer);
    const whole = isHere
      ? this.#meanInPlace(vectors, weights, into)
      : this.#meanCopied(vectors, weights, into);
    if (whole === into.length) return;
    const rest = vectors.map((vector) => vector.subarray(whole));
    plainKernels.weightedMean(rest, weights, into.subarray(whole));
  }

  #callMean(addresses: readonly number[], weights: readonly number[], into: number, count: number): void {
    const {buffer, doubles, z: pointers} = this.#memory;
    const words = new Uint32Array(buffer, pointers, addresses.length);
    words.set(addresses);
    const factors = pointers + 8 * Math.ceil(addresses.length / 2);
    doubles.set(weights, factors / 8);
    if (addresses.length === 8) this.#compiled.weightedMean8(pointers, factors, into, count);
    else this.#compiled.weightedMean(pointers, factors, addresses.length, into, count);
  }

  #meanInPlace(vectors: readonly Float32Array[], weights: readonly number[], into: Float32Array): number {
    const whole = into.length - (into.length % STEP_VALUES);
    const addresses = vectors.map(({byteOffset}) => byteOffset);
    this.#callMean(addresses, weights, into.byteOffset, whole);
    return whole;
  }

  #meanCopied(vectors: readonly Float32Array[], weights: readonly number[], into: Float32Array): number {
    const {singles, x} = this.#memory;
    const places = Math.floor(MEAN_VALUES / (vectors.length + 1));
    const stride = Math.min(STRIDE_VALUES, places - (places % STEP_VALUES));
    // There are so many vectors that a step of each does not fit.
    if (stride === 0) return 0;
    const addresses = vectors.map((_, index) => x + 4 * stride * index);
    const result = x + 4 * stride * vectors.length;
    const act: Slice = (from, count) => {
      vectors.forEach((vector, index) => {
        singles.set(vector.subarray(from, from + count), at(addresses, index) / 4);
      });
      this.#callMean(addresses, weights, result, count);
      into.set(singles.subarray(result / 4, result / 4 + count), from);
    };
    return strides(into.length, act, stride);
  }

  addSingles(x: Float32Array, into: Float64Array): boolean {
    const memory = this.#memory;
    let isFinite = true;
    const whole = strides(Math.min(x.length, into.length), (from, count) => {
      const values = memory.singlesAt(x, from, count);
      memory.changeDoubles(into, from, count, (sums) => {
        isFinite = this.#compiled.addSingles(values, sums, count) === 1 && isFinite;
      });
    });
    return plainKernels.addSingles(x.subarray(whole), into.subarray(whole)) && isFinite;
  }

  mix(values: Float64Array, own: Float64Array, theirs: Float64Array, share: number): boolean {
    const memory = this.#memory;
    let isFinite = true;
    const whole = strides(values.length, (from, count) => {
      const mine = memory.doublesAt(own, from, count, memory.x);
      const others = memory.doublesAt(theirs, from, count, memory.z);
      memory.changeDoubles(values, from, count, (mixed) => {
        isFinite = this.#compiled.mix(mixed, mine, others, share, count) === 1 && isFinite;
      });
    });
    const [mine, others] = [own.subarray(whole), theirs.subarray(whole)];
    return plainKernels.mix(values.subarray(whole), mine, others, share) && isFinite;
  }

  isWithin(x: Float64Array, bound: number): boolean {
    let isWithin = true;
    const whole = strides(x.length, (from, count) => {
      const values = this.#memory.doublesAt(x, from, count, this.#memory.x);
      isWithin = this.#compiled.isWithin(values, bound, count) === 1 && isWithin;
    });
    return plainKernels.isWithin(x.subarray(whole), bound) && isWithin;
  }

  round(x: Float64Array, into: Float32Array): void {
    const memory = this.#memory;
    const whole = strides(into.length, (from, count) => {
      const values = memory.doublesAt(x, from, count, memory.x);
      memory.writeSingles(into, from, count, (rounded) => {
        this.#compiled.roundDoubles(values, rounded, count);
      });
    });
    plainKernels.round(x.subarray(whole), into.subarray(whole));
  }

  sumOfSquares(x: Float32Array): number {
    const {doubles, y} = this.#memory;
    const sums = y / 8;
    doubles.fill(0, sums, sums + 4);
    const whole = strides(x.length, (from, count) => {
      this.#compiled.sumSquares(this.#memory.singlesAt(x, from, count), count, y);
    });
    const ended = doubles.slice(sums, sums + 4);
    addSquares(x.subarray(whole), ended);
    return totalOf(ended);
  }

  scale(x: Float32Array, factor: number, into: Float32Array): void {
    const memory = this.#memory;
    const whole = strides(into.length, (from, count) => {
      const values = memory.singlesAt(x, from, count);
      memory.writeSingles(into, from, count, (scaled) => {
        this.#compiled.scale(values, factor, scaled, count);
      });
    });
    plainKernels.scale(x.subarray(whole), factor, into.subarray(whole));
  }

  encodeHalves(x: Float32Array, into: Uint16Array): number {
    const {bytes, y} = this.#memory;
    let saturated = 0;
    const target = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    const whole = strides(x.length, (from, count) => {
      saturated += this.#compiled.encodeHalves(this.#memory.singlesAt(x, from, count), y, count);
      target.set(bytes.subarray(y, y + 2 * count), 2 * from);
    });
    return saturated + plainKernels.encodeHalves(x.subarray(whole), into.subarray(whole));
  }

  addHalves(halves: Uint16Array, into: Float64Array): boolean {
    const memory = this.#memory;
    let isFinite = true;
    const whole = strides(Math.min(halves.length, into.length), (from, count) => {
      const values = memory.halvesAt(halves, from, count);
      memory.changeDoubles(into, from, count, (sums) => {
        isFinite = this.#compiled.addHalves(values, sums, count) === 1 && isFinite;
      });
    });
    return plainKernels.addHalves(halves.subarray(whole), into.subarray(whole)) && isFinite;
  }

  decodeHalves(halves: Uint16Array, into: Float64Array): boolean {
    const memory = this.#memory;
    let isFinite = true;
    const whole = strides(Math.min(halves.length, into.length), (from, count) => {
      const values = memory.halvesAt(halves, from, count);
      memory.writeDoubles(into, from, count, (decoded) => {
        isFinite = this.#compiled.decodeHalves(values, decoded, count) === 1 && isFinite;
      });
    });
    return plainKernels.decodeHalves(halves.subarray(whole), into.subarray(whole)) && isFinite;
  }

  largestHalf(halves: Uint16Array): number {
    let largest = 0;
    const whole = strides(halves.length, (from, count) => {
      const values = this.#memory.halvesAt(halves, from, count);
      largest = Math.max(largest, this.#compiled.largestHalf(values, count));
    });
    return Math.max(largest, plainKernels.largestHalf(halves.subarray(whole)));
  }

  largestMagnitude(x: Float32Array): number {
    let largest = 0;
    const whole = strides(x.length, (from, count) => {
      const values = this.#memory.singlesAt(x, from, count);
      largest = Math.max(largest, this.#compiled.largestMagnitude(values, count));
    });
    return Math.max(largest, plainKernels.largestMagnitude(x.subarray(whole)));
  }

  encodeLevels(x: Float32Array, rounding: Parameters<Kernels["encodeLevels"]>[1], into: Uint8Array): void {
    const {bytes, y} = this.#memory;
    const {scale, key, first} = rounding;
    const whole = strides(x.length, (from, count) => {
      const values = this.#memory.singlesAt(x, from, count);
      this.#compiled.encodeLevels(values, scale, key[0], key[1], (first + from) >>> 2, y, count);
      into.set(bytes.subarray(y, y + count), from);
    });
    plainKernels.encodeLevels(x.subarray(whole), {scale, key, first: first + whole}, into.subarray(whole));
  }

  addLevels(levels: Uint8Array, scale: number, into: Float64Array): void {
    const memory = this.#memory;
    const whole = strides(Math.min(levels.length, into.length), (from, count) => {
      memory.bytes.set(levels.subarray(from, from + count), memory.x);
      memory.changeDoubles(into, from, count, (sums) => {
        this.#compiled.addLevels(memory.x, scale, sums, count);
      });
    });
    plainKernels.addLevels(levels.subarray(whole), scale, into.subarray(whole));
  }

  largestPlaces(x: Float32Array, into: Uint8Array): void {
    const {bytes, y} = this.#memory;
    if (x.length % STEP_VALUES !== 0) {
      plainKernels.largestPlaces(x, into);
      return;
    }
    this.#compiled.largestPlaces(this.#memory.singlesAt(x, 0, x.length), x.length, into.length, y);
    into.set(bytes.subarray(y, y + into.length));
  }
}

/**
 * Opens the kernels in WebAssembly. Returns null if it cannot run, as without SIMD.
 * @param reservedBytes room for vectors that live in their memory; with the scratch memory at most 4 GiB
 */
export function openWasmKernels(reservedBytes = 0): WasmKernels | null {
  try {
    return new CompiledKernels(compileKernels(), reservedBytes);
  } catch {
    return null;
  }
}
