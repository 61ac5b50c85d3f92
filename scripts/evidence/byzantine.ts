/*
 * What robust rules are worth on the gossip task when 3 of 16 sites do harm, through the daemon's own rounds on
 * virtual time, beside the plain mean, which must fail.
 */
import {meanOverSeeds} from "../../src/evaluation/index.ts";
import type {RobustRule} from "../../src/gossip/index.ts";
import {byzantineAccuracy, FAULTY, type Harm, ROUNDS} from "./byzantine-runs.ts";

const SEEDS = [42, 43, 44];

const HARMS: Readonly<Record<string, Harm>> = {
  none: "none",
  sign_flip_10: {attack: "sign-flip", factor: 10},
  gaussian_1: {attack: "gaussian", deviation: 1},
  alie_1_5: {attack: "alie", z: 1.5},
  inner_product_5: {attack: "inner-product", epsilon: 5},
  label_flip: "label-flip",
  dissensus_1_5: {attack: "dissensus", epsilon: 1.5},
};

const rule = (name: RobustRule["rule"], nearestNeighbours: boolean): RobustRule => ({
  rule: name,
  faulty: FAULTY,
  nearestNeighbours,
});

const RULES: Readonly<Record<string, RobustRule | null>> = {
  mean: null,
  geometric_median: rule("geometric-median", false),
  centred_clipping: rule("centred-clipping", false),
  nearest_trimmed_mean: rule("trimmed-mean", true),
  nearest_median: rule("median", true),
  nearest_geometric_median: rule("geometric-median", true),
  nearest_centred_clipping: rule("centred-clipping", true),
};

const rounded = (value: number): number => Number(value.toFixed(6));

interface RuleRow {
  readonly rule: string;
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
function rowOf(name: string): RuleRow {
  const accuracies = Object.entries(HARMS).map(([harm, how]) => {
    const ofSeeds = SEEDS.map((seed) =>
      rounded(byzantineAccuracy({seed, harm: how, rule: RULES[name] ?? null})),
    );
    const mean = rounded(meanOverSeeds(ofSeeds)?.mean ?? Number.NaN);
    console.log("byzantine", name, harm, mean, JSON.stringify(ofSeeds));
    return {harm, mean, of_seeds: ofSeeds};
  });
  const attacked = accuracies.filter(({harm}) => harm !== "none");
  return {
    rule: name,
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
 * The absolute bars, and the same as gaps to the plain mean without harm, which was .905 on the draws they were set
 * on; and that the plain mean fails, or the attacks are none.
 */
function barsOf(mean: RuleRow, best: RuleRow) {
  const bars: readonly Bar[] = [
    {name: "best_unattacked", at_least: 0.87, value: best.unattacked},
    {name: "best_worst", at_least: 0.75, value: best.worst},
    {name: "best_unattacked_below_mean", at_most: 0.035, value: mean.unattacked - best.unattacked},
    {name: "best_worst_below_mean", at_most: 0.155, value: mean.unattacked - best.worst},
    {name: "mean_fails_under_sign_flip", at_most: 0.3, value: meanUnder("sign_flip_10", mean)},
    {name: "mean_fails_under_inner_product", at_most: 0.3, value: meanUnder("inner_product_5", mean)},
  ];
  return bars.map((bar) => {
    const isMet = bar.value >= (bar.at_least ?? bar.value) && bar.value <= (bar.at_most ?? bar.value);
    return {...bar, value: rounded(bar.value), isMet};
  });
}

/** What the table of `rows` says; the best rule is the one whose worst attack leaves most. */
export function byzantineSummary(rows: readonly RuleRow[]) {
  const mean = rows.find(({rule: name}) => RULES[name] === null);
  const best = rows.filter((row) => row !== mean).toSorted((a, b) => b.worst - a.worst)[0];
  return {
    synthetic: true,
    seeds: SEEDS,
    task: "16 sites, the last 3 bad, 10 classes of 3 Gaussian modes in 32 dimensions, each class split by Dirichlet(.1)",
    optimiser: `momentum .9, kept from round to round; ${ROUNDS} rounds of 5 local steps of 16 samples, rate .03`,
    weights: "each site counts alike",
    best: best?.rule,
    bars: mean === undefined || best === undefined ? [] : barsOf(mean, best),
    rows,
  };
}

/** The whole table, run. */
export function byzantineEvidence() {
  return byzantineSummary(Object.keys(RULES).map(rowOf));
}

/** The runs of nearest-neighbour clipping without harm again, to hold against what is committed. */
export function byzantineAgain() {
  const [seed = 0] = SEEDS;
  const run = {seed, harm: "none", rule: rule("centred-clipping", true)} as const;
  return {seed, nearest_centred_clipping: rounded(byzantineAccuracy(run))};
}
