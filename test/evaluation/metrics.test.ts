import fc from "fast-check";
import {expect, test} from "vitest";
import {createRandom, permutation, type Random} from "../../src/core/index.ts";
import {bootstrapInterval, brierScore, evaluateScores, type Statistic} from "../../src/evaluation/index.ts";
import {runs} from "../setup/thorough.ts";
import {tiedPatients} from "./scored-patients-arbitrary.ts";
import {FIRST, LABELS} from "./vectors.ts";

function randomFor(purpose: string, round = 0): Random {
  return createRandom({seed: 42, site: "", round, purpose});
}

test("V12 has the known figures, each inside its interval", () => {
  const metrics = evaluateScores({labels: LABELS, scores: FIRST, random: randomFor("bootstrap")});
  expect(metrics).toMatchObject({n: 12, positives: 6});
  expect(metrics.auroc?.value).toBe(0.875);
  expect(metrics.auprc?.value).toBeCloseTo(0.8833333333, 9);
  expect(metrics.accuracy?.value).toBe(10 / 12);
  expect(metrics.brier?.value).toBeCloseTo(0.147075, 12);
  expect(metrics.logLoss?.value).toBeCloseTo(0.4457994874, 9);
  for (const [name, interval] of Object.entries(metrics).slice(2)) {
    expect(interval.low, `${name}`).toBeLessThan(interval.value);
    expect(interval.value, `${name}`).toBeLessThan(interval.high);
  }
});

test("metrics survive JSON unchanged", () => {
  fc.assert(
    fc.property(tiedPatients, ({labels, first}) => {
      const metrics = evaluateScores({labels, scores: first, random: randomFor("bootstrap")});
      expect(JSON.parse(JSON.stringify(metrics))).toEqual(metrics);
    }),
    {numRuns: 10},
  );
});

test("permuting the patients changes nothing", () => {
  fc.assert(
    fc.property(tiedPatients, fc.nat(), ({labels, first}, round) => {
      const order = Array.from(permutation(randomFor("order", round), labels.length));
      const shuffled = {
        labels: order.map((row) => labels[row] ?? 0),
        scores: order.map((row) => first[row] ?? 0),
      };
      const before = evaluateScores({labels, scores: first, random: randomFor("bootstrap")});
      const after = evaluateScores({...shuffled, random: randomFor("bootstrap")});
      for (const name of ["auroc", "auprc", "accuracy", "brier", "logLoss"] as const) {
        for (const limit of ["value", "low", "high"] as const) {
          expect(after[name]?.[limit], `${name} ${limit}`).toBeCloseTo(
            before[name]?.[limit] ?? Number.NaN,
            12,
          );
        }
      }
    }),
    {numRuns: 20},
  );
});

test("a group without patients and a group of one class have null where a figure is undefined", () => {
  const empty = evaluateScores({labels: [], scores: [], random: randomFor("bootstrap")});
  expect(empty).toEqual({
    n: 0,
    positives: 0,
    auroc: null,
    auprc: null,
    accuracy: null,
    brier: null,
    logLoss: null,
  });
  const healthy = evaluateScores({labels: [0, 0], scores: [0.5, 0.5], random: randomFor("bootstrap")});
  expect(healthy).toMatchObject({n: 2, positives: 0, auroc: null, auprc: null});
  expect(healthy.brier).toEqual({value: 0.25, low: 0.25, high: 0.25});
});

test("every bootstrap sample keeps the class sizes and draws each class from its own scores", () => {
  const statistic: Statistic = (labels, scores) => {
    const rows = Array.from(labels, (label, row) => ({label, score: scores[row] ?? Number.NaN}));
    expect(rows.filter(({label}) => label === 1)).toHaveLength(2);
    for (const {label, score} of rows) {
      expect(label === 1 ? [0.7, 0.8] : [0.1, 0.2, 0.3], `label ${label}`).toContain(score);
    }
    return rows.reduce((sum, {score}) => sum + score, 0);
  };
  const input = {labels: [0, 1, 0, 1, 0], scores: [0.1, 0.7, 0.2, 0.8, 0.3], statistic};
  const interval = bootstrapInterval({...input, random: randomFor("bootstrap")});
  expect(interval?.low).toBeGreaterThanOrEqual(1.7 - 1e-12);
  expect(interval?.high).toBeLessThanOrEqual(2.5 + 1e-12);
  expect(interval?.low).toBeLessThan(interval?.high ?? 0);
});

test("the limits are the 2.5 % and 97.5 % quantiles of exactly 1,000 samples, interpolated", () => {
  let calls = 0;
  const statistic: Statistic = () => calls++;
  const interval = bootstrapInterval({
    labels: [0, 1],
    scores: [0.1, 0.9],
    statistic,
    random: randomFor("quantiles"),
  });
  expect(calls).toBe(1001);
  expect(interval?.value).toBe(0);
  expect(interval?.low).toBeCloseTo(25.975, 9);
  expect(interval?.high).toBeCloseTo(975.025, 9);
});

/** E(Brier) of a class with mean `mean` whose scores are logistic(normal), by Simpson's rule over 8 deviations. */
function expectedLoss(mean: number, label: number): number {
  const steps = 400;
  let sum = 0;
  for (let step = 0; step <= steps; step++) {
    const z = -8 + (16 * step) / steps;
    const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    sum += weight * density * (1 / (1 + Math.exp(-(mean + z))) - label) ** 2;
  }
  return (sum * 16) / steps / 3;
}

const SETS = runs(500, 1000);

test(`the bootstrap interval covers the true Brier score in 93 to 97 % of ${SETS} binormal sets`, () => {
  const truth = (expectedLoss(1, 1) + expectedLoss(-1, 0)) / 2;
  const labels = Array.from({length: 80}, (_, row) => row % 2);
  let covered = 0;
  for (let set = 0; set < SETS; set++) {
    const random = randomFor("coverage", set);
    const scores = labels.map((label) => 1 / (1 + Math.exp(-(2 * label - 1 + random.normal()))));
    const interval = bootstrapInterval({labels, scores, statistic: brierScore, random});
    if (interval !== null && interval.low <= truth && truth <= interval.high) covered++;
  }
  expect(covered).toBeGreaterThanOrEqual(0.93 * SETS);
  expect(covered).toBeLessThanOrEqual(0.97 * SETS);
});
