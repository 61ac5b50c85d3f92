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

/** One rule under every harm: mean accuracies over the seeds. */
function rowOf(name: string) {
  const accuracies = Object.entries(HARMS).map(([harm, how]) => {
    const ofSeeds = SEEDS.map((seed) =>
      rounded(byzantineAccuracy({seed, harm: how, rule: RULES[name] ?? null})),
    );
    const mean = rounded(meanOverSeeds(ofSeeds)?.mean ?? Number.NaN);
    console.log("byzantine", name, harm, mean, JSON.stringify(ofSeeds));
    return {harm, mean, of_seeds: ofSeeds};
  });
  const meanUnder = (harm: string): number => accuracies.find((row) => row.harm === harm)?.mean ?? Number.NaN;
  const worst = Math.min(...accuracies.filter(({harm}) => harm !== "none").map(({mean}) => mean));
  return {rule: name, unattacked: meanUnder("none"), worst, accuracies, meanUnder};
}

/** The table, and the bars; the best rule is the one whose worst attack leaves most. */
export function byzantineEvidence() {
  const rows = Object.keys(RULES).map(rowOf);
  const [mean, ...robust] = rows;
  const best = robust.toSorted((a, b) => b.worst - a.worst).at(0);
  const bars = [
    {name: "best_unattacked", at_least: 0.87, value: best?.unattacked ?? Number.NaN},
    {name: "best_worst", at_least: 0.75, value: best?.worst ?? Number.NaN},
  ].map((bar) => ({...bar, isMet: bar.value >= bar.at_least}));
  const fails = ["sign_flip_10", "inner_product_5"].map((harm) => {
    const value = mean?.meanUnder(harm) ?? Number.NaN;
    return {name: `mean_fails_under_${harm}`, at_most: 0.3, value, isMet: value <= 0.3};
  });
  return {
    synthetic: true,
    seeds: SEEDS,
    task: "16 sites, the last 3 bad, 10 classes of 3 Gaussian modes in 32 dimensions, each class split by Dirichlet(.1)",
    optimiser: `momentum .9, kept from round to round; ${ROUNDS} rounds of 5 local steps of 16 samples, rate .03`,
    weights: "each site counts alike",
    best: best?.rule,
    bars: [...bars, ...fails],
    rows: rows.map(({rule: name, unattacked, worst, accuracies}) => ({
      rule: name,
      unattacked,
      worst,
      accuracies,
    })),
  };
}

/** The runs of nearest-neighbour clipping without harm again, to hold against what is committed. */
export function byzantineAgain() {
  const [seed = 0] = SEEDS;
  const run = {seed, harm: "none", rule: rule("centred-clipping", true)} as const;
  return {seed, nearest_centred_clipping: rounded(byzantineAccuracy(run))};
}
