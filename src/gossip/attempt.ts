import {createRandom, type Hash} from "../core/index.ts";
import {type Codec, codecOf, type Dither, NO_DITHER, type Snapshot} from "../parameters/index.ts";
import type {Primitives} from "./certificate.ts";
import {canonicalBytes} from "./frames.ts";
import type {Phase} from "./schedules/phase.ts";
import {type Period, type ScheduleSpec, schedulePeriod} from "./schedules/schedule.ts";
import type {RoundSpec} from "./types.ts";

/** One attempt to mix: what its draws depend on. */
export interface Attempt {
  readonly run: string;
  readonly round: number;
  readonly ballot: number;
}

/**
 * The key of an attempt's own draws for `purpose`, in the codec that sums and masses of contributions in `codec` travel
 * in: the same at every member, so that all write the same bytes.
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

/** The largest weight that what a member hands in may have: what a site may count as or, of a mass, all `members` together. */
export function largestWeight(
  {asynchronous, maximumWeight = 1}: Pick<RoundSpec, "asynchronous" | "maximumWeight">,
  members: number,
): number {
  return asynchronous === undefined ? maximumWeight : members;
}

/** In how many chunks at most a round's contributions are summed: where values have ranges, one has them and the weight. */
export function mostChunks({range}: Pick<RoundSpec, "range">, participants: number): number {
  return range === undefined ? participants : 1;
}

/** Who mixes with whom in an attempt of `n` participants, by their places in id order. */
export function attemptPeriod(schedule: ScheduleSpec, n: number, {run, round, ballot}: Attempt): Period {
  return schedulePeriod(schedule, n, createRandom({seed: ballot, site: run, round, purpose: "schedule"}));
}

/** The phases of a schedule's newest attempt: members of one process that attempt the same need them made once. */
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
 * @param mean `[m]`, the mean of the contributors' parameters, with what is carried along
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
