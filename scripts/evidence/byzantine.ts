/*
 * What robust rules are worth on the gossip task when 3 of 16 sites do harm, through the daemon's own rounds on
 * virtual time, beside the plain mean, which must fail.
 */
import {meanOverSeeds} from "../../src/evaluation/index.ts";
import type {OuterOptimizer} from "../../src/parameters/index.ts";
import type {RobustRule} from "../../src/robust/index.ts";
import {type ByzantineRun, byzantineAccuracy, FAULTY, type Harm, ROUNDS} from "./byzantine-runs.ts";

const SEEDS = [42];

const HARMS: Readonly<Record<string, Harm>> = {
  none: "none",
  sign_flip_10: {attack: "sign-flip", factor: 10},
  gaussian_1: {attack: "gaussian", deviation: 1},
  alie_1_5: {attack: "alie", z: 1.5},
  inner_product_5: {attack: "inner-product", epsilon: 5},
  label_flip: "label-flip",
  dissensus_1_5: {attack: "dissensus", epsilon: 1.5},
};

/** Steps before a rule: nothing, the mean of the nearest, or that after the longest are shortened. */
type Before = "" | "nearest" | "clipped, nearest";

const rule = (name: RobustRule["rule"], before: Before): RobustRule => ({
  rule: name,
  faulty: FAULTY,
  adaptiveClipping: before === "clipped, nearest",
  nearestNeighbours: before !== "",
});

/** Found on the task's seeds 1 to 6, of which none is in the table. */
const OUTER: OuterOptimizer = {learningRate: 1, momentum: 0.5};

/** A row of the table: what is done with contributions, and with what comes of them. */
type Choice = Pick<ByzantineRun, "rule" | "outer">;

const alone = (chosen: RobustRule | null): Choice => ({rule: chosen, outer: null});
const withOuter = (chosen: RobustRule | null): Choice => ({rule: chosen, outer: OUTER});

const RULES: Readonly<Record<string, Choice>> = {
  mean: alone(null),
  geometric_median: alone(rule("geometric-median", "")),
  centred_clipping: alone(rule("centred-clipping", "")),
  nearest_trimmed_mean: alone(rule("trimmed-mean", "nearest")),
  nearest_median: alone(rule("median", "nearest")),
  nearest_geometric_median: alone(rule("geometric-median", "nearest")),
  nearest_centred_clipping: alone(rule("centred-clipping", "nearest")),
  clipped_nearest_trimmed_mean: alone(rule("trimmed-mean", "clipped, nearest")),
  mean_outer: withOuter(null),
  nearest_trimmed_mean_outer: withOuter(rule("trimmed-mean", "nearest")),
  clipped_nearest_trimmed_mean_outer: withOuter(rule("trimmed-mean", "clipped, nearest")),
};

const rounded = (value: number): number => Number(value.toFixed(6));

interface RuleRow {
  readonly rule: string;
  readonly outer: OuterOptimizer | null;
  readonly unattacked: number;
  /** Under the attack that leaves least. */
  readonly worst: number;
  readonly accuracies: readonly {
    readonly harm: string;
    readonly mean: number;
    readonly of_seeds: readonly number[];
  }[];
}

const meanUnder = (harm: string, {accuracies}: Pick<RuleRow, "accuracies">): number =>
  accuracies.find((entry) => entry.harm === harm)?.mean ?? Number.NaN;

/** One rule under every harm: mean accuracies over the seeds. */
function rowOf([name, choice]: readonly [string, Choice]): RuleRow {
  const accuracies = Object.entries(HARMS).map(([harm, how]) => {
    const ofSeeds = SEEDS.map((seed) => rounded(byzantineAccuracy({seed, harm: how, ...choice})));
    const mean = rounded(meanOverSeeds(ofSeeds, "unit")?.mean ?? Number.NaN);
    console.log("byzantine", name, harm, mean, JSON.stringify(ofSeeds));
    return {harm, mean, of_seeds: ofSeeds};
  });
  const attacked = accuracies.filter(({harm}) => harm !== "none");
  return {
    rule: name,
    outer: choice.outer,
    unattacked: meanUnder("none", {accuracies}),
    worst: Math.min(...attacked.map(({mean}) => mean)),
    accuracies,
  };
}

interface Bar {
  readonly name: string;
  readonly at_least?: number;
  readonly at_most?: number;
  readonly value: number;
}

/**
 * The absolute bars, and the same as gaps to the plain mean without harm under the same outer step, which was .905 on
 * the draws they were set on; and that the plain mean fails, or the attacks are none.
 */
function barsOf(mean: RuleRow, beside: RuleRow, best: RuleRow) {
  const bars: readonly Bar[] = [
    {name: "best_unattacked", at_least: 0.87, value: best.unattacked},
    {name: "best_worst", at_least: 0.75, value: best.worst},
    {name: "best_unattacked_below_mean", at_most: 0.035, value: beside.unattacked - best.unattacked},
    {name: "best_worst_below_mean", at_most: 0.155, value: beside.unattacked - best.worst},
    {name: "mean_fails_under_sign_flip", at_most: 0.3, value: meanUnder("sign_flip_10", mean)},
    {name: "mean_fails_under_inner_product", at_most: 0.3, value: meanUnder("inner_product_5", mean)},
  ];
  return bars.map((bar) => {
    const isMet = bar.value >= (bar.at_least ?? bar.value) && bar.value <= (bar.at_most ?? bar.value);
    return {...bar, value: rounded(bar.value), isMet};
  });
}

/** The rule whose worst attack leaves most, and the bars. */
function verdictOf(rows: readonly RuleRow[]) {
  const isMean = ({rule: name}: RuleRow): boolean => RULES[name]?.rule === null;
  const means = rows.filter(isMean);
  const best = rows.filter((row) => !isMean(row)).toSorted((a, b) => b.worst - a.worst)[0];
  const [mean] = means;
  const beside = means.find(({outer}) => (outer === null) === (best?.outer === null));
  if (mean === undefined || beside === undefined || best === undefined) return {best: null, bars: []};
  return {best: best.rule, bars: barsOf(mean, beside, best)};
}

/** What the table of `rows` says, of all rules and of those whose answer is the next model as it is. */
function byzantineSummary(rows: readonly RuleRow[]) {
  return {
    synthetic: true,
    seeds: SEEDS,
    task: "16 sites, the last 3 bad, 10 classes of 3 Gaussian modes in 32 dimensions, each class split by Dirichlet(.1)",
    optimiser: `momentum .9, kept from round to round; ${ROUNDS} rounds of 5 local steps of 16 samples, rate .03`,
    weights: "each site counts alike",
    chosen: "clipping before neighbours and the outer step, with its momentum, were chosen on seeds 1 to 6",
    ...verdictOf(rows),
    without_outer: verdictOf(rows.filter(({outer}) => outer === null)),
    rows,
  };
}

/** The whole table, run. */
export function byzantineEvidence() {
  return byzantineSummary(Object.entries(RULES).map(rowOf));
}

/** The runs of nearest-neighbour clipping without harm again, to hold against what is committed. */
export function byzantineAgain() {
  const [seed = 0] = SEEDS;
  const run = {seed, harm: "none", ...alone(rule("centred-clipping", "nearest"))} as const;
  return {seed, nearest_centred_clipping: rounded(byzantineAccuracy(run))};
}
