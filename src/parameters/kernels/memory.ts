import type {Compiled} from "./compiled.ts";
import {type Scratch, STRIDE_VALUES} from "./kernels.ts";

const PAGE_BYTES = 65_536;
const LINE_BYTES = 64;
const COPY_BYTES = 8 * STRIDE_VALUES;

/**
 * The memory of compiled kernels: room for copies of slices that live elsewhere, the scratch, and permanent
 * vectors. Vectors that already lie here are not copied.
 */
export class KernelMemory {
  readonly buffer: ArrayBuffer;
  readonly bytes: Uint8Array;
  readonly singles: Float32Array;
  readonly doubles: Float64Array;
  readonly scratch: Scratch;
  /** Addresses of room for {@link STRIDE_VALUES} doubles each. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  #next: number;

  /**
   * @param base the first free address
   * @param reservedBytes room for permanent vectors
   * @throws RangeError if there is not enough memory
   */
  constructor(memory: Compiled["memory"], base: number, reservedBytes: number) {
    this.x = Math.ceil(base / LINE_BYTES) * LINE_BYTES;
    this.y = this.x + COPY_BYTES;
    this.z = this.y + COPY_BYTES;
    const scratch = this.z + COPY_BYTES;
    this.#next = scratch + 3 * COPY_BYTES + COPY_BYTES / 2;
    const missing = Math.ceil((this.#next + reservedBytes - memory.buffer.byteLength) / PAGE_BYTES);
    // Once, before any view is taken, because growing later would detach all views.
    if (missing > 0) memory.grow(missing);
    const {buffer} = memory;
    this.buffer = buffer;
    this.bytes = new Uint8Array(buffer);
    this.singles = new Float32Array(buffer);
    this.doubles = new Float64Array(buffer);
    const doublesAt = (place: number): Float64Array =>
      new Float64Array(buffer, scratch + COPY_BYTES * place, STRIDE_VALUES);
    this.scratch = {
      doubles: [doublesAt(0), doublesAt(1), doublesAt(2)],
      singles: new Float32Array(buffer, scratch + 3 * COPY_BYTES, STRIDE_VALUES),
    };
  }

  /** Allocates a permanent vector of `length` values. @throws RangeError if the reserved memory is used up */
  vector(length: number): Float32Array {
    const offset = this.#next;
    this.#next += Math.ceil((4 * length) / LINE_BYTES) * LINE_BYTES;
    return new Float32Array(this.buffer, offset, length);
  }

  /** Returns the address of x[from .. from + count): its own, or that of a copy at x. */
  singlesAt(x: Float32Array, from: number, count: number): number {
    if (x.buffer === this.buffer) return x.byteOffset + 4 * from;
    this.singles.set(x.subarray(from, from + count), this.x / 4);
    return this.x;
  }

  /** Does the same for doubles. A copy goes to `to`. */
  doublesAt(x: Float64Array, from: number, count: number, to: number): number {
    if (x.buffer === this.buffer) return x.byteOffset + 8 * from;
    this.doubles.set(x.subarray(from, from + count), to / 8);
    return to;
  }

  /** Copies halves[from .. from + count) to x and returns the address. */
  halvesAt(halves: Uint16Array, from: number, count: number): number {
    const copied = new Uint8Array(halves.buffer, halves.byteOffset + 2 * from, 2 * count);
    this.bytes.set(copied, this.x);
    return this.x;
  }

  /** Lets `act` write into[from .. from + count) at the address that it is given. */
  writeSingles(into: Float32Array, from: number, count: number, act: (address: number) => void): void {
    if (into.buffer === this.buffer) {
      act(into.byteOffset + 4 * from);
      return;
    }
    act(this.y);
    into.set(this.singles.subarray(this.y / 4, this.y / 4 + count), from);
  }

  /** Does the same for doubles. */
  writeDoubles(into: Float64Array, from: number, count: number, act: (address: number) => void): void {
    if (into.buffer === this.buffer) {
      act(into.byteOffset + 8 * from);
      return;
    }
    act(this.y);
    into.set(this.doubles.subarray(this.y / 8, this.y / 8 + count), from);
  }

  /** Lets `act` change into[from .. from + count) at the address that it is given. */
  changeDoubles(into: Float64Array, from: number, count: number, act: (address: number) => void): void {
    const address = this.doublesAt(into, from, count, this.y);
    act(address);
    if (address !== this.y) return;
    into.set(this.doubles.subarray(this.y / 8, this.y / 8 + count), from);
  }
}
