import {fromString} from "uint8arrays/from-string";
import type {Kernels} from "./kernels.ts";
import {KERNELS_MODULE} from "./module.ts";
import {addSquares, plainKernels, totalOf} from "./plain.ts";

/** What of the JavaScript API is used here: Node's types leave it to those of browsers, which src is read with too. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {readonly exports: Readonly<Record<string, unknown>>};
}

const PAGE_BYTES = 65_536;
/** Values that pass through the scratch memory at once: small enough to stay in a core's own cache. */
const STRIDE_VALUES = 4096;
const SCRATCH_BYTES = 4 * PAGE_BYTES;
/** All strides of this many values hold whole steps of every kernel. */
const STEP_VALUES = 16;

/** What the compiled module exports; addresses and counts, see scripts/kernels/assembly/kernels.ts. */
interface Compiled {
  readonly memory: {readonly buffer: ArrayBuffer; grow(pages: number): number};
  heapBase(): number;
  weightedMean(pointers: number, weights: number, vectors: number, into: number, count: number): void;
  weightedMean8(pointers: number, weights: number, into: number, count: number): void;
  addSingles(x: number, into: number, count: number): number;
  sumSquares(x: number, count: number, sums: number): void;
  scale(x: number, factor: number, into: number, count: number): void;
  encodeHalves(x: number, into: number, count: number): number;
  addHalves(x: number, into: number, count: number): number;
  largestMagnitude(x: number, count: number): number;
  encodeLevels(
    x: number,
    by: number,
    key0: number,
    key1: number,
    counter: number,
    into: number,
    count: number,
  ): void;
  addLevels(x: number, by: number, into: number, count: number): void;
  largestPlaces(x: number, count: number, kept: number, into: number): void;
}

/** {@link Kernels} with memory of their own, in which vectors can live so that they need not be copied. */
export interface WasmKernels extends Kernels {
  /**
   * A vector of `length` values in the kernels' memory; it stays there as long as the kernels do.
   * @throws RangeError when what was reserved is used up
   */
  vector(length: number): Float32Array;
}

type Slice = (from: number, count: number) => void;

/** Calls `act` for every stride of `length` values, but for what is no whole step at its end. @returns where that begins */
function strides(length: number, act: Slice, stride = STRIDE_VALUES): number {
  const whole = length - (length % STEP_VALUES);
  for (let from = 0; from < whole; from += stride) act(from, Math.min(stride, whole - from));
  return whole;
}

class CompiledKernels implements WasmKernels {
  readonly name = "wasm";
  readonly #compiled: Compiled;
  readonly #singles: Float32Array;
  readonly #doubles: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #x: number;
  readonly #y: number;
  #next: number;

  constructor(compiled: Compiled, reservedBytes: number) {
    this.#compiled = compiled;
    const base = Math.ceil(compiled.heapBase() / 64) * 64;
    const needed = base + SCRATCH_BYTES + reservedBytes;
    const missing = Math.ceil((needed - compiled.memory.buffer.byteLength) / PAGE_BYTES);
    // Once, before any view is taken: growing later would detach them all.
    if (missing > 0) compiled.memory.grow(missing);
    const {buffer} = compiled.memory;
    this.#singles = new Float32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#x = base;
    this.#y = base + SCRATCH_BYTES / 2;
    this.#next = base + SCRATCH_BYTES;
  }

  vector(length: number): Float32Array {
    const offset = this.#next;
    this.#next += Math.ceil((4 * length) / 64) * 64;
    return new Float32Array(this.#singles.buffer, offset, length);
  }

  weightedMean(vectors: readonly Float32Array[], weights: readonly number[], into: Float32Array): void {
    const {buffer} = this.#singles;
    const isHere = [...vectors, into].every((vector) => vector.buffer === buffer);
    const whole = isHere
      ? this.#meanInPlace(vectors, weights, into)
      : this.#meanCopied(vectors, weights, into);
    if (whole === into.length) return;
    const rest = vectors.map((vector) => vector.subarray(whole));
    plainKernels.weightedMean(rest, weights, into.subarray(whole));
  }

  #callMean(addresses: readonly number[], weights: readonly number[], into: number, count: number): void {
    const pointers = this.#y;
    const words = new Uint32Array(this.#singles.buffer, pointers, addresses.length);
    words.set(addresses);
    const factors = pointers + 8 * Math.ceil(addresses.length / 2);
    this.#doubles.set(weights, factors / 8);
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
    const places = Math.floor(SCRATCH_BYTES / 2 / 4 / (vectors.length + 1));
    const stride = Math.min(STRIDE_VALUES, places - (places % STEP_VALUES));
    // So many vectors leave no room for a step of each.
    if (stride === 0) return 0;
    const addresses = vectors.map((_, index) => this.#x + 4 * stride * index);
    const result = this.#x + 4 * stride * vectors.length;
    const act: Slice = (from, count) => {
      vectors.forEach((vector, index) => {
        this.#singles.set(vector.subarray(from, from + count), (addresses[index] ?? 0) / 4);
      });
      this.#callMean(addresses, weights, result, count);
      into.set(this.#singles.subarray(result / 4, result / 4 + count), from);
    };
    return strides(into.length, act, stride);
  }

  addSingles(x: Float32Array, into: Float64Array): boolean {
    let isFinite = true;
    const whole = strides(Math.min(x.length, into.length), (from, count) => {
      this.#singles.set(x.subarray(from, from + count), this.#x / 4);
      this.#sum(into, from, count, () => {
        isFinite = this.#compiled.addSingles(this.#x, this.#y, count) === 1 && isFinite;
      });
    });
    return plainKernels.addSingles(x.subarray(whole), into.subarray(whole)) && isFinite;
  }

  /** `act` adds to what lies at y, which is `into`'s. */
  #sum(into: Float64Array, from: number, count: number, act: () => void): void {
    const at = this.#y / 8;
    const block = into.subarray(from, from + count);
    this.#doubles.set(block, at);
    act();
    block.set(this.#doubles.subarray(at, at + count));
  }

  sumOfSquares(x: Float32Array): number {
    const sums = this.#y / 8;
    this.#doubles.fill(0, sums, sums + 4);
    const whole = strides(x.length, (from, count) => {
      this.#singles.set(x.subarray(from, from + count), this.#x / 4);
      this.#compiled.sumSquares(this.#x, count, this.#y);
    });
    const ended = this.#doubles.slice(sums, sums + 4);
    addSquares(x.subarray(whole), ended);
    return totalOf(ended);
  }

  scale(x: Float32Array, factor: number, into: Float32Array): void {
    const whole = strides(into.length, (from, count) => {
      this.#singles.set(x.subarray(from, from + count), this.#x / 4);
      this.#compiled.scale(this.#x, factor, this.#y, count);
      into.set(this.#singles.subarray(this.#y / 4, this.#y / 4 + count), from);
    });
    plainKernels.scale(x.subarray(whole), factor, into.subarray(whole));
  }

  encodeHalves(x: Float32Array, into: Uint16Array): number {
    let saturated = 0;
    const target = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    const whole = strides(x.length, (from, count) => {
      this.#singles.set(x.subarray(from, from + count), this.#x / 4);
      saturated += this.#compiled.encodeHalves(this.#x, this.#y, count);
      target.set(this.#bytes.subarray(this.#y, this.#y + 2 * count), 2 * from);
    });
    return saturated + plainKernels.encodeHalves(x.subarray(whole), into.subarray(whole));
  }

  addHalves(halves: Uint16Array, into: Float64Array): boolean {
    let isFinite = true;
    const source = new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength);
    const whole = strides(Math.min(halves.length, into.length), (from, count) => {
      this.#bytes.set(source.subarray(2 * from, 2 * (from + count)), this.#x);
      this.#sum(into, from, count, () => {
        isFinite = this.#compiled.addHalves(this.#x, this.#y, count) === 1 && isFinite;
      });
    });
    return plainKernels.addHalves(halves.subarray(whole), into.subarray(whole)) && isFinite;
  }

  largestMagnitude(x: Float32Array): number {
    let largest = 0;
    const whole = strides(x.length, (from, count) => {
      this.#singles.set(x.subarray(from, from + count), this.#x / 4);
      largest = Math.max(largest, this.#compiled.largestMagnitude(this.#x, count));
    });
    return Math.max(largest, plainKernels.largestMagnitude(x.subarray(whole)));
  }

  encodeLevels(x: Float32Array, rounding: Parameters<Kernels["encodeLevels"]>[1], into: Uint8Array): void {
    const {scale, key, first} = rounding;
    const whole = strides(x.length, (from, count) => {
      this.#singles.set(x.subarray(from, from + count), this.#x / 4);
      const counter = (first + from) >>> 2;
      this.#compiled.encodeLevels(this.#x, scale, key[0], key[1], counter, this.#y, count);
      into.set(this.#bytes.subarray(this.#y, this.#y + count), from);
    });
    plainKernels.encodeLevels(x.subarray(whole), {scale, key, first: first + whole}, into.subarray(whole));
  }

  addLevels(levels: Uint8Array, scale: number, into: Float64Array): void {
    const whole = strides(Math.min(levels.length, into.length), (from, count) => {
      this.#bytes.set(levels.subarray(from, from + count), this.#x);
      this.#sum(into, from, count, () => this.#compiled.addLevels(this.#x, scale, this.#y, count));
    });
    plainKernels.addLevels(levels.subarray(whole), scale, into.subarray(whole));
  }

  largestPlaces(x: Float32Array, into: Uint8Array): void {
    if (x.length % STEP_VALUES !== 0) {
      plainKernels.largestPlaces(x, into);
      return;
    }
    this.#singles.set(x, this.#x / 4);
    this.#compiled.largestPlaces(this.#x, x.length, into.length, this.#y);
    into.set(this.#bytes.subarray(this.#y, this.#y + into.length));
  }
}

/**
 * The kernels in WebAssembly, or null where it can not run, as without SIMD.
 * @param reservedBytes room for vectors that live in their memory; with the scratch memory at most 4 GiB
 */
export function openWasmKernels(reservedBytes = 0): WasmKernels | null {
  try {
    const {Module, Instance} = Reflect.get(globalThis, "WebAssembly") as WebAssemblyApi;
    const {exports} = new Instance(new Module(fromString(KERNELS_MODULE, "base64pad")));
    return new CompiledKernels(exports as unknown as Compiled, reservedBytes);
  } catch {
    return null;
  }
}
