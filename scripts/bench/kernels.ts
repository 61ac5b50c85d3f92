import type * as WasmModule from "../../src/parameters/kernels/wasm.ts";
import {builtModule, builtRoom, type Parameters} from "./built.ts";
import {type Figure, RUNS, rounded} from "./figure.ts";

const {codecOf} = await builtRoom<Parameters>("parameters");
const {openWasmKernels} = await builtModule<typeof WasmModule>("parameters/kernels/wasm");

/** A model of 100 MB. */
const VALUES = 25_000_000;
const VECTORS = 8;
const CODEC_VALUES = 4_000_000;
const STRIDE_VALUES = 4096;

/**
 * Seconds of processor time that `act` takes: all is done in one thread, and time in which the machine gave the
 * processor to others says nothing of a kernel.
 */
function secondsOf(act: () => void): number {
  const began = process.cpuUsage();
  act();
  const {user, system} = process.cpuUsage(began);
  return (user + system) / 1e6;
}

/** Values that differ, cheap to draw. */
function fill(values: Float32Array, seed: number): Float32Array {
  let state = seed;
  for (let index = 0; index < values.length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    values[index] = state * 1e-10;
  }
  return values;
}

/**
 * The loop that anybody would write first. The vector is looked up as it is so that nothing slows the loop down: with
 * `?.` it takes twice as long. Vector after vector into binary64 sums takes about as long as this.
 */
function meanLoop(vectors: readonly Float32Array[], weights: readonly number[], into: Float32Array): void {
  for (let index = 0; index < into.length; index++) {
    let sum = 0;
    for (let vector = 0; vector < vectors.length; vector++) {
      const values = vectors[vector] ?? into;
      sum += (weights[vector] ?? 0) * (values[index] ?? 0);
    }
    into[index] = sum;
  }
}

/**
 * How many times faster `own` is than `other`: the best time of each side, for the best of the ratios would be of the
 * run in which `other` was disturbed most.
 */
function ratioFigure(
  name: string,
  own: readonly number[],
  other: readonly number[],
  reference: number | null,
): Figure {
  const runs = own.map((seconds, run) => rounded((other[run] ?? Number.NaN) / seconds));
  return {name, value: rounded(Math.min(...other) / Math.min(...own)), unit: "times", reference, runs};
}

/** Eight models into one: against a memory copy by bytes read and written a second, and against the plain loop. */
export function measureMean(): Figure[] {
  const kernels = openWasmKernels((VECTORS + 1) * (4 * VALUES + 64));
  if (kernels === null) throw new Error("the kernels in WebAssembly do not run here");
  const vectors = Array.from({length: VECTORS}, (_, index) => fill(kernels.vector(VALUES), index + 1));
  const into = kernels.vector(VALUES);
  const weights = vectors.map((_, index) => (index + 1) / 36);
  const [means, copies, loops]: [number[], number[], number[]] = [[], [], []];
  // The first run fetches the pages and waits for the compilers; it is not counted.
  for (let run = -1; run < RUNS; run++) {
    const mean = secondsOf(() => kernels.weightedMean(vectors, weights, into));
    const copy = secondsOf(() => into.set(vectors[(run + VECTORS) % VECTORS] ?? into));
    const loop = secondsOf(() => meanLoop(vectors, weights, into));
    if (run < 0) continue;
    means.push(mean);
    // As long as a copy would take that reads and writes as many bytes as the mean does.
    copies.push((copy * (VECTORS + 1)) / 2);
    loops.push(loop);
  }
  return [
    ratioFigure("kernels/mean8-vs-copy", means, copies, 0.8),
    ratioFigure("kernels/mean8-vs-loop", means, loops, 5),
  ];
}

/** Encoding and decoding 16 MB of values, against copying them: values a second, as ratios. */
export function measureCodecs(): Figure[] {
  const values = fill(new Float32Array(CODEC_VALUES), 1);
  const copied = new Float32Array(CODEC_VALUES);
  const sums = new Float64Array(STRIDE_VALUES);
  return (["fp16", "int8"] as const).flatMap((name) => {
    const codec = codecOf(name);
    const bytes = new Uint8Array(codec.sizeOf(CODEC_VALUES));
    const [copies, encoding, decoding]: [number[], number[], number[]] = [[], [], []];
    for (let run = -1; run < RUNS; run++) {
      const copy = secondsOf(() => copied.set(values));
      const encode = secondsOf(() => codec.encode(values, bytes, {key: [1, 2], first: 0}));
      const decode = secondsOf(() => {
        for (let first = 0; first < CODEC_VALUES; first += STRIDE_VALUES) {
          codec.accumulate(bytes, first, sums.subarray(0, Math.min(STRIDE_VALUES, CODEC_VALUES - first)));
        }
      });
      if (run < 0) continue;
      copies.push(copy);
      encoding.push(encode);
      decoding.push(decode);
    }
    return [
      ratioFigure(`kernels/${name}-encode-vs-copy`, encoding, copies, null),
      ratioFigure(`kernels/${name}-decode-vs-copy`, decoding, copies, null),
    ];
  });
}
