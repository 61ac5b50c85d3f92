import {CodedError, type Random} from "../core/index.ts";
import type {EvaluationErrorCode} from "./errors.ts";
import type {Interval} from "./interval.ts";
import {mean, sampleCovariance} from "./moments.ts";
import {NORMAL_95} from "./normal.ts";
import {BOOTSTRAP_DRAWS, sortedQuantile} from "./quantile.ts";
import type {RowStatistic} from "./row-statistics.ts";
import {studentT95} from "./student-t.ts";

/** Two models of one seed on the same test patients. */
export interface PairedSeed {
  /** Names the test patients: seeds with equal names have the same ones in the same order and share each draw. */
  readonly patients: string;
  /** The class of each patient, `[n]`: as many are drawn of each as there are. Any whole numbers. */
  readonly strata: ArrayLike<number>;
  /** Figure of the method under test. */
  readonly ours: RowStatistic;
  /** Figure of what it is compared with. */
  readonly baseline: RowStatistic;
}

/** What {@link pairedDifference} works on. */
export interface PairedDifferenceInput {
  readonly seeds: readonly PairedSeed[];
  /** Decides the draws. */
  readonly random: Random;
}

/** A mean difference over seeds; `value`, `low` and `high` in the unit of the figure, ours less the baseline's. */
export interface PairedDifference extends Interval {
  /** Number of seeds; with one alone the interval speaks of patients only. */
  readonly seeds: number;
}

/**
 * The mean over seeds of a figure's difference between two methods, with a 95 % percentile interval in which patients
 * and seeds are resampled: 1,000 draws.
 *
 * A draw takes patients with replacement within each class, the same for both methods and for all seeds with the same
 * patients, and adds to the mean difference on them the deviation of seeds drawn with replacement. Drawing from few
 * seeds is too narrow, so their deviations are widened by sqrt(S / (S - 1)) t / z (Hesterberg 2015, section 3.2: the
 * expanded percentile interval). Seeds also differ by what the patients at hand do to each of them apart; the draws of
 * patients show that too, so they are narrowed by it. Otherwise it would count twice, and three times if patients were
 * drawn within drawn seeds (Owen 2007, "The pigeonhole bootstrap", theorem 3).
 *
 * Methods that give the same scores have the interval 0 .. 0 exactly.
 *
 * @returns null without seeds, and where the figure is undefined on the patients or on a draw of them
 * @throws EVALUATION_LENGTH_MISMATCH when seeds with the same patients differ in their number; what the figures throw
 */
export function pairedDifference({seeds, random}: PairedDifferenceInput): PairedDifference | null {
  const cohorts = cohortsOf(seeds);
  const observed = differencesOn(cohorts, (cohort) => cohort.all);
  if (observed === null || seeds.length === 0) return null;
  const value = mean(observed);
  const onDraws = new Float64Array(BOOTSTRAP_DRAWS);
  const bySeeds = new Float64Array(BOOTSTRAP_DRAWS);
  let interaction = 0;
  for (let draw = 0; draw < BOOTSTRAP_DRAWS; draw++) {
    const drawn = differencesOn(cohorts, (cohort) => drawRows(cohort, random));
    if (drawn === null) return null;
    onDraws[draw] = mean(drawn);
    bySeeds[draw] = mean(observed.map(() => observed[random.below(observed.length)] ?? 0)) - value;
    interaction += varianceOf(drawn.map((difference, seed) => difference - (observed[seed] ?? 0)));
  }
  const centre = mean(onDraws);
  const patients = patientScale(onDraws, interaction / BOOTSTRAP_DRAWS / seeds.length);
  const others = seedScale(seeds.length);
  const results = onDraws
    .map((drawn, draw) => centre + patients * (drawn - centre) + others * (bySeeds[draw] ?? 0))
    .sort();
  return {
    value,
    low: sortedQuantile(results, 0.025),
    high: sortedQuantile(results, 0.975),
    seeds: seeds.length,
  };
}

/**
 * Whether all of the interval is on the right side of the margin: above `-margin`, or below `margin` of a figure that
 * is better when lower. Strictly: an interval that touches it is not, and with a margin of 0 this is superiority.
 *
 * @param margin in the unit of the figure, at least 0
 */
export function isNonInferior(
  difference: Pick<Interval, "low" | "high">,
  margin: number,
  better: "higher" | "lower",
): boolean {
  return better === "higher" ? difference.low > -margin : difference.high < margin;
}

/** The same patients with the seeds that have them. */
interface PatientCohort {
  readonly all: Uint32Array;
  /** Rows of each class. */
  readonly classes: readonly Uint32Array[];
  readonly drawn: Uint32Array;
  readonly seeds: readonly {readonly place: number; readonly seed: PairedSeed}[];
}

function cohortsOf(seeds: readonly PairedSeed[]): PatientCohort[] {
  const groups = new Map<string, {place: number; seed: PairedSeed}[]>();
  for (const [place, seed] of seeds.entries()) {
    groups.set(seed.patients, [...(groups.get(seed.patients) ?? []), {place, seed}]);
  }
  return [...groups.values()].map((group) => {
    const strata = group.map(({seed}) => seed.strata);
    const first = Array.from(strata[0] ?? []);
    const other = strata.find((labels) => labels.length !== first.length);
    if (other !== undefined) throw lengthError(first.length, other.length);
    const all = Uint32Array.from(first.keys());
    const classes = [...new Set(first)]
      .sort((a, b) => a - b)
      .map((label) => all.filter((row) => first[row] === label));
    return {all, classes, drawn: new Uint32Array(all.length), seeds: group};
  });
}

function lengthError(one: number, other: number): CodedError<EvaluationErrorCode> {
  return new CodedError(
    "EVALUATION_LENGTH_MISMATCH",
    `seeds said to have the same patients have ${one} and ${other} of them`,
    {data: {one, other}, hint: "Give other patients another name."},
  );
}

/** Patients drawn with replacement within each class; the array is used again at the next draw. */
function drawRows({classes, drawn}: PatientCohort, random: Random): Uint32Array {
  let place = 0;
  for (const rows of classes) {
    for (let count = 0; count < rows.length; count++) drawn[place++] = rows[random.below(rows.length)] ?? 0;
  }
  return drawn;
}

/** The difference at each seed `[S]`, or null when one is undefined. */
function differencesOn(
  cohorts: readonly PatientCohort[],
  rowsOf: (cohort: PatientCohort) => Uint32Array,
): Float64Array | null {
  const differences = new Float64Array(cohorts.reduce((sum, {seeds}) => sum + seeds.length, 0));
  for (const cohort of cohorts) {
    const rows = rowsOf(cohort);
    for (const {place, seed} of cohort.seeds) {
      const ours = seed.ours(rows);
      const baseline = seed.baseline(rows);
      if (ours === null || baseline === null) return null;
      differences[place] = ours - baseline;
    }
  }
  return differences;
}

function varianceOf(values: Float64Array): number {
  return values.length < 2 ? 0 : sampleCovariance(values, values);
}

/** What deviations on drawn patients are multiplied by, so that their variance is less by what seeds have of it. */
function patientScale(onDraws: Float64Array, shared: number): number {
  const variance = varianceOf(onDraws);
  return variance === 0 ? 1 : Math.sqrt(Math.max(0, 1 - shared / variance));
}

/** What deviations of drawn seeds are multiplied by; that of a single seed is 0 anyway. */
function seedScale(count: number): number {
  return count < 2 ? 1 : Math.sqrt(count / (count - 1)) * (studentT95(count - 1) / NORMAL_95);
}
