import {createRandom, type Hash} from "../../core/index.ts";
import {
  type Chunk,
  type Codec,
  codecOf,
  type Dither,
  NO_DITHER,
  partition,
  type Snapshot,
} from "../../parameters/index.ts";
import {type Period, type Phase, type ScheduleSpec, schedulePeriod} from "../../schedules/index.ts";
import type {Primitives} from "../certificate.ts";
import {canonicalBytes} from "../frames.ts";
import type {RoundSpec} from "../types.ts";

/** The facts about an attempt on which its draws depend. */
export interface Attempt {
  readonly run: string;
  readonly round: number;
  readonly ballot: number;
}

/**
 * The key of an attempt's own draws for `purpose`, in the codec in which sums and masses of contributions in
 * `codec` travel. It is the same at every member, which makes all write the same bytes.
 */
export function attemptDither(
  {hash, codec}: {readonly hash: Hash; readonly codec: Codec},
  {run, round, ballot}: Attempt,
  ...purpose: readonly (string | number)[]
): Dither {
  if (!codecOf(codec.sums).isStochastic) return NO_DITHER;
  const digest = hash(canonicalBytes(["consilium/dither/1", run, round, ballot, ...purpose]));
  const view = new DataView(digest.buffer, digest.byteOffset);
  return {key: [view.getUint32(0), view.getUint32(4)], first: 0};
}

/**
 * The largest weight of what a member hands in: a site's maximum or, for a mass, the weight of all `members`
 * together.
 */
export function largestWeight(
  {asynchronous, maximumWeight = 1}: Pick<RoundSpec, "asynchronous" | "maximumWeight">,
  members: number,
): number {
  return asynchronous === undefined ? maximumWeight : members;
}

/**
 * The chunks in which a round's contributions are summed, with the bounds of their parts: at most `most`, and one if
 * values have ranges, since a chunk with ranges must also hold the weight.
 * @param members number of members of the round
 */
export function boundedChunks(spec: RoundSpec, members: number, most: number): readonly Chunk[] {
  const {codec, mixed, exact, range, clipNorm} = spec;
  const bounds = {
    maximumWeight: largestWeight(spec, members),
    ...(range === undefined ? {} : {range}),
    ...(clipNorm === undefined ? {} : {clipNorm}),
  };
  const chunks = partition(codec, mixed, range === undefined ? most : 1, exact);
  return chunks.map((chunk) => ({...chunk, ...bounds}));
}

/** The neighbours in an attempt of `n` participants, by their places in id order. */
export function attemptPeriod(schedule: ScheduleSpec, n: number, {run, round, ballot}: Attempt): Period {
  return schedulePeriod(schedule, n, createRandom({seed: ballot, site: run, round, purpose: "schedule"}));
}

/**
 * The phases of a schedule's newest attempt; members of one process that make the same attempt share them.
 */
const newestPhases = new WeakMap<ScheduleSpec, {readonly key: string; readonly phases: readonly Phase[]}>();

/** All phases of {@link attemptPeriod}; not to be changed. */
export function attemptPhases(schedule: ScheduleSpec, n: number, attempt: Attempt): readonly Phase[] {
  const key = [n, attempt.run, attempt.round, attempt.ballot].join(" ");
  const known = newestPhases.get(schedule);
  if (known?.key === key) return known.phases;
  const {length, phase} = attemptPeriod(schedule, n, attempt);
  const phases = Array.from({length}, (_, index) => phase(index));
  newestPhases.set(schedule, {key, phases});
  return phases;
}

/**
 * The result of a round.
 * @param mean `[m]`, the mean of the contributors' parameters, with the values that are carried along
 * @throws PARAMETERS_NOT_FINITE
 */
export function resultOf(
  {hash, arithmetic}: Pick<Primitives, "hash" | "arithmetic">,
  spec: Pick<RoundSpec, "outer" | "reference" | "parameters" | "mixed" | "layout">,
  mean: Float32Array,
): Snapshot {
  const {outer, reference, parameters: size = spec.mixed, mixed: velocityAt} = spec;
  const values = outer === null ? mean : arithmetic.outerStep(reference, mean, {...outer, size, velocityAt});
  return arithmetic.createSnapshot(hash, spec.layout, values);
}
