import type * as WasmModule from "../../src/parameters/kernels/wasm.ts";
import {builtModule, builtRoom, type Parameters} from "./built.ts";
import {type Figure, median, RUNS, rounded} from "./figure.ts";

const {codecOf} = await builtRoom<Parameters>("parameters");
const {openWasmKernels} = await builtModule<typeof WasmModule>("parameters/kernels/wasm");

/** A model of 100 MB. */
const VALUES = 25_000_000;
const VECTORS = 8;
const CODEC_VALUES = 4_000_000;
const STRIDE_VALUES = 4096;

function secondsOf(act: () => void): number {
  const began = performance.now();
  act();
  return (performance.now() - began) / 1000;
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

/** The loop that anybody would write first. */
function meanLoop(vectors: readonly Float32Array[], weights: readonly number[], into: Float32Array): void {
  for (let index = 0; index < into.length; index++) {
    let sum = 0;
    for (let vector = 0; vector < vectors.length; vector++) {
      sum += (weights[vector] ?? 0) * (vectors[vector]?.[index] ?? 0);
    }
    into[index] = sum;
  }
}

/** Best of the runs; the middle one tells how steady they were. */
function ratioFigure(name: string, runs: readonly number[], reference: number | null): Figure {
  return {name, value: rounded(Math.max(...runs)), unit: "times", reference, runs: runs.map(rounded)};
}

/** Eight models into one: against a memory copy by bytes read and written a second, and against the plain loop. */
export function measureMean(): Figure[] {
  const kernels = openWasmKernels((VECTORS + 1) * (4 * VALUES + 64));
  if (kernels === null) return [];
  const vectors = Array.from({length: VECTORS}, (_, index) => fill(kernels.vector(VALUES), index + 1));
  const into = kernels.vector(VALUES);
  const weights = vectors.map((_, index) => (index + 1) / 36);
  const [vsCopy, vsLoop]: [number[], number[]] = [[], []];
  const loopSeconds: number[] = [];
  for (let run = 0; run < 3; run++) loopSeconds.push(secondsOf(() => meanLoop(vectors, weights, into)));
  for (let run = 0; run < RUNS; run++) {
    const mean = secondsOf(() => kernels.weightedMean(vectors, weights, into));
    const copy = secondsOf(() => into.set(vectors[run] ?? into));
    vsCopy.push(((VECTORS + 1) / mean) * (copy / 2));
    vsLoop.push(median(loopSeconds) / mean);
  }
  return [ratioFigure("kernels/mean8-vs-copy", vsCopy, 0.8), ratioFigure("kernels/mean8-vs-loop", vsLoop, 5)];
}

/** Encoding and decoding 16 MB of values, against copying them: values a second, as ratios. */
export function measureCodecs(): Figure[] {
  const values = fill(new Float32Array(CODEC_VALUES), 1);
  const copied = new Float32Array(CODEC_VALUES);
  const sums = new Float64Array(STRIDE_VALUES);
  return (["fp16", "int8"] as const).flatMap((name) => {
    const codec = codecOf(name);
    const bytes = new Uint8Array(codec.sizeOf(CODEC_VALUES));
    const [encoding, decoding]: [number[], number[]] = [[], []];
    for (let run = 0; run < RUNS; run++) {
      const copy = secondsOf(() => copied.set(values));
      encoding.push(copy / secondsOf(() => codec.encode(values, bytes, {key: [1, 2], first: 0})));
      const decode = secondsOf(() => {
        for (let first = 0; first < CODEC_VALUES; first += STRIDE_VALUES) {
          codec.accumulate(bytes, first, sums.subarray(0, Math.min(STRIDE_VALUES, CODEC_VALUES - first)));
        }
      });
      decoding.push(copy / decode);
    }
    return [
      ratioFigure(`kernels/${name}-encode-vs-copy`, encoding, null),
      ratioFigure(`kernels/${name}-decode-vs-copy`, decoding, null),
    ];
  });
}
