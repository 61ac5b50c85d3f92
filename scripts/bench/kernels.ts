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
/** How often the sides of a ratio take turns within a run. */
const TURNS = 4;
/** What decoding and encoding must reach of a copy's speed, values a second. */
const CODEC_BARS = {fp16: {encode: 0.2, decode: 0.2}, int8: {encode: 0.05, decode: 0.15}};

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

/** The best time of each of `sides` over {@link TURNS} turns: one of them can meet whatever else the machine does. */
function bestOfTurns<const Name extends string>(
  sides: Record<Name, (turn: number) => void>,
): Record<Name, number> {
  const names = Object.keys(sides) as Name[];
  const best = Object.fromEntries(names.map((name) => [name, Number.POSITIVE_INFINITY])) as Record<
    Name,
    number
  >;
  for (let turn = 0; turn < TURNS; turn++) {
    for (const name of names)
      best[name] = Math.min(
        best[name],
        secondsOf(() => sides[name](turn)),
      );
  }
  return best;
}

/** {@link bestOfTurns} of each run, after one that fetches the pages and waits for the compilers. */
function timesOf<const Name extends string>(
  sides: Record<Name, (turn: number) => void>,
): Record<Name, number>[] {
  bestOfTurns(sides);
  return Array.from({length: RUNS}, () => bestOfTurns(sides));
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
  const times = timesOf({
    mean: () => kernels.weightedMean(vectors, weights, into),
    copy: (turn) => into.set(vectors[turn % VECTORS] ?? into),
  });
  meanLoop(vectors, weights, into);
  const loops = times.map(() => secondsOf(() => meanLoop(vectors, weights, into)));
  const means = times.map(({mean}) => mean);
  // As long as a copy would take that reads and writes as many bytes as the mean does.
  const copies = times.map(({copy}) => (copy * (VECTORS + 1)) / 2);
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
    const times = timesOf({
      copy: () => copied.set(values),
      encode: () => codec.encode(values, bytes, {key: [1, 2], first: 0}),
      decode() {
        for (let first = 0; first < CODEC_VALUES; first += STRIDE_VALUES) {
          codec.accumulate(bytes, first, sums.subarray(0, Math.min(STRIDE_VALUES, CODEC_VALUES - first)));
        }
      },
    });
    const copies = times.map(({copy}) => copy);
    return (["encode", "decode"] as const).map((side) => {
      const own = times.map((time) => time[side]);
      return ratioFigure(`kernels/${name}-${side}-vs-copy`, own, copies, CODEC_BARS[name][side]);
    });
  });
}
