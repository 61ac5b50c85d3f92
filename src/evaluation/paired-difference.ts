import {at, CodedError, type Random} from "../core/index.ts";
import {percentileLimits} from "./bootstrap.ts";
import type {Interval} from "./distributions/interval.ts";
import {mean, sampleCovariance} from "./distributions/moments.ts";
import {NORMAL_95} from "./distributions/normal.ts";
import {BOOTSTRAP_DRAWS} from "./distributions/quantile.ts";
import {studentT95} from "./distributions/student-t.ts";
import type {EvaluationErrorCode} from "./errors.ts";
import type {RowStatistic} from "./row-statistics.ts";

/** A figure of one model on its test patients and on 1,000 draws of them. */
export interface DrawnFigure {
  readonly value: number;
  /** `[1000]`, in the order drawn. */
  readonly onDraws: Float64Array;
}

/**
 * Computes figures on the same patients, each on all of them and on 1,000 draws with replacement within each
 * class, of the size of the class. All figures see the same draws, so any two can be compared draw by draw.
 *
 * @param strata the class of each patient, `[n]`; any whole numbers
 * @param random decides the draws: equal streams draw the same patients if the strata are equal
 * @returns in the figures' order; null for a figure that is undefined on the patients or on a draw of them
 */
export function drawFigures(
  strata: ArrayLike<number>,
  figures: readonly RowStatistic[],
  random: Random,
): (DrawnFigure | null)[] {
  const values = Array.from(strata);
  const all = Uint32Array.from(values.keys());
  const classes = [...new Set(values)]
    .sort((a, b) => a - b)
    .map((label) => all.filter((row) => values[row] === label));
  const found = figures.map((figure) => ({
    figure,
    value: figure(all),
    onDraws: new Float64Array(BOOTSTRAP_DRAWS),
  }));
  const drawn = new Uint32Array(all.length);
  for (let draw = 0; draw < BOOTSTRAP_DRAWS; draw++) {
    drawRowsInto(drawn, classes, random);
    for (const own of found) {
      if (own.value === null) continue;
      const value = own.figure(drawn);
      if (value === null) own.value = null;
      else own.onDraws[draw] = value;
    }
  }
  return found.map(({value, onDraws}) => (value === null ? null : {value, onDraws}));
}

function drawRowsInto(drawn: Uint32Array, classes: readonly Uint32Array[], random: Random): void {
  let place = 0;
  for (const rows of classes) {
    for (let count = 0; count < rows.length; count++)
      drawn[place++] = rows[random.below(rows.length)] as number;
  }
}

/** Two models of one seed on the same draws of the same test patients. */
export interface PairedSeed {
  /** Figure of the method under test. */
  readonly ours: DrawnFigure;
  /** Figure of the baseline. */
  readonly baseline: DrawnFigure;
}

/** Input of {@link pairedDifference}. */
export interface PairedDifferenceInput {
  /** Seeds with the same patients must come from equal streams, which give them the same draws. */
  readonly seeds: readonly PairedSeed[];
  /** Decides the draws of seeds. */
  readonly random: Random;
  /**
   * The largest difference that two such figures can have, such as 1 for an AUROC; infinity if there is none.
   */
  readonly largest: number;
}

/**
 * A mean difference over seeds. `value`, `low` and `high` are in the unit of the figure, ours minus the
 * baseline's.
 */
export interface PairedDifference extends Interval {
  /** Number of seeds. With one seed the interval covers patients only. */
  readonly seeds: number;
}

/**
 * The mean over seeds of a figure's difference between two methods, with a 95 % percentile interval. It
 * resamples patients and seeds in 1,000 draws.
 *
 * A draw takes patients with replacement within each class, the same for both methods and for all seeds with
 * the same patients. To the mean difference on them it adds the deviation of seeds drawn with replacement.
 * Drawing from few seeds is too narrow, so their deviations are widened by sqrt(S / (S - 1)) t / z
 * (Hesterberg 2015, section 3.2: the expanded percentile interval). Seeds also differ by the effect of the
 * patients at hand on each seed. The draws of patients show that effect too, so they are narrowed by it.
 * Otherwise it would count twice, and three times if patients were drawn within drawn seeds (Owen 2007, "The
 * pigeonhole bootstrap", theorem 3). A few seeds can agree by chance and then do not show how seeds differ.
 * The interval is therefore never narrower than the one from drawing patients alone, and it contains the
 * value. Limits beyond the largest possible difference are moved to it, which loses no value that the
 * interval could cover.
 *
 * Methods that give the same scores have the interval 0 .. 0 exactly.
 *
 * @returns null without seeds
 * @throws EVALUATION_LENGTH_MISMATCH if the seeds' figures were drawn a different number of times
 */
export function pairedDifference({seeds, random, largest}: PairedDifferenceInput): PairedDifference | null {
  if (seeds.length === 0) return null;
  const observed = Float64Array.from(seeds, ({ours, baseline}) => ours.value - baseline.value);
  const value = mean(observed);
  const onDraws = new Float64Array(BOOTSTRAP_DRAWS);
  const bySeeds = new Float64Array(BOOTSTRAP_DRAWS);
  let interaction = 0;
  for (const [draw] of onDraws.entries()) {
    const drawn = Float64Array.from(seeds, (seed) => differenceOn(seed, draw));
    onDraws[draw] = mean(drawn);
    bySeeds[draw] = mean(observed.map(() => at(observed, random.below(observed.length)))) - value;
    interaction += varianceOf(drawn.map((difference, seed) => difference - (observed[seed] as number)));
  }
  const centre = mean(onDraws);
  const patients = patientScale(onDraws, interaction / BOOTSTRAP_DRAWS / seeds.length);
  const others = seedScale(seeds.length);
  const results = onDraws.map(
    (drawn, draw) => centre + patients * (drawn - centre) + others * at(bySeeds, draw),
  );
  const [all, alone] = [percentileLimits(results), percentileLimits(onDraws)];
  const within = (limit: number): number => Math.min(largest, Math.max(-largest, limit));
  return {
    value,
    low: within(Math.min(value, all.low, alone.low)),
    high: within(Math.max(value, all.high, alone.high)),
    seeds: seeds.length,
  };
}

function differenceOn({ours, baseline}: PairedSeed, draw: number): number {
  const [mine, other] = [ours.onDraws[draw], baseline.onDraws[draw]];
  if (mine !== undefined && other !== undefined) return mine - other;
  throw new CodedError<EvaluationErrorCode>(
    "EVALUATION_LENGTH_MISMATCH",
    "figures of another number of draws",
    {
      data: {draw},
      hint: "Make both by drawFigures.",
    },
  );
}

/**
 * Tells whether all of the interval is on the right side of the margin: above `-margin`, or below `margin`
 * for a figure that is better when lower. The comparison is strict: an interval that touches the margin does
 * not pass. With a margin of 0 this is superiority.
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

function varianceOf(values: Float64Array): number {
  return values.length < 2 ? 0 : sampleCovariance(values, values);
}

/** Factor of deviations on drawn patients. It removes from their variance the part that seeds share. */
function patientScale(onDraws: Float64Array, shared: number): number {
  const variance = varianceOf(onDraws);
  return variance === 0 ? 1 : Math.sqrt(Math.max(0, 1 - shared / variance));
}

/** Factor of deviations of drawn seeds. The deviation of a single seed is 0 anyway. */
function seedScale(count: number): number {
  return count < 2 ? 1 : Math.sqrt(count / (count - 1)) * (studentT95(count - 1) / NORMAL_95);
}
