import {fromString} from "uint8arrays/from-string";
import {KERNELS_MODULE} from "./module.ts";

/**
 * The part of the JavaScript API that is used here. Node's types leave it to browser types, which only the
 * dashboard uses.
 */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {readonly exports: Readonly<Record<string, unknown>>};
}

/** Exports of the compiled module. For addresses and counts see scripts/kernels/assembly/kernels.ts. */
export interface Compiled {
  readonly memory: {readonly buffer: ArrayBuffer; grow(pages: number): number};
  heapBase(): number;
  weightedMean(pointers: number, weights: number, vectors: number, into: number, count: number): void;
  weightedMean8(pointers: number, weights: number, into: number, count: number): void;
  addSingles(x: number, into: number, count: number): number;
  mix(values: number, own: number, theirs: number, share: number, count: number): number;
  isWithin(x: number, bound: number, count: number): number;
  roundDoubles(x: number, into: number, count: number): void;
  sumSquares(x: number, count: number, sums: number): void;
  scale(x: number, factor: number, into: number, count: number): void;
  encodeHalves(x: number, into: number, count: number): number;
  addHalves(x: number, into: number, count: number): number;
  decodeHalves(x: number, into: number, count: number): number;
  largestHalf(x: number, count: number): number;
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

/** Creates an instance of the compiled module. Throws if it cannot run, as without SIMD. */
export function compileKernels(): Compiled {
  const {Module, Instance} = Reflect.get(globalThis, "WebAssembly") as WebAssemblyApi;
  const {exports} = new Instance(new Module(fromString(KERNELS_MODULE, "base64pad")));
  // The module's own sources define its exports.
  return exports as unknown as Compiled;
}
