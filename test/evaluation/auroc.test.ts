import fc from "fast-check";
import {expect, test} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {normalCdf} from "../../src/evaluation/distributions/normal.ts";
import {auroc, bootstrapInterval, delong} from "../../src/evaluation/index.ts";
import {byPairs, byPlacementValues, covarianceOf} from "./pairwise-delong.ts";
import {tiedPatients} from "./scored-patients-arbitrary.ts";
import {EXPECTED, FIRST, LABELS, SECOND} from "./vectors.ts";

test("the AUROC of scikit-learn's own example is 0.75", () => {
  expect(auroc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBe(0.75);
});

test("V12 has the known AUROC, DeLong variance and clipped interval", () => {
  const result = delong(LABELS, FIRST);
  expect(result?.value).toBe(EXPECTED.aurocFirst);
  expect(result?.variance).toBeCloseTo(EXPECTED.varianceFirst, 12);
  expect(Math.sqrt(result?.variance ?? 0)).toBeCloseTo(0.1043054631, 9);
  expect(result?.low).toBeCloseTo(0.67056504896, 10);
  expect(result?.high).toBe(1);
});

test("the second vector has the known AUROC and DeLong variance", () => {
  const result = delong(LABELS, SECOND);
  expect(result?.value).toBeCloseTo(EXPECTED.aurocSecond, 12);
  expect(result?.variance).toBeCloseTo(EXPECTED.varianceSecond, 12);
});

test("the fast algorithm equals the kernel over all pairs and the placement values", () => {
  fc.assert(
    fc.property(tiedPatients, ({labels, first}) => {
      const result = delong(labels, first);
      for (const naive of [byPairs(labels, first), byPlacementValues(labels, first)]) {
        expect(result?.value).toBeCloseTo(naive.area, 12);
        expect(result?.variance).toBeCloseTo(covarianceOf(naive, naive), 12);
      }
    }),
  );
});

test("a strictly rising transform of the scores changes nothing", () => {
  fc.assert(
    fc.property(tiedPatients, ({labels, first}) => {
      const transformed = first.map((score) => Math.exp(3 * score) - 7);
      expect(delong(labels, transformed)).toEqual(delong(labels, first));
    }),
  );
});

test("swapping the labels or turning the scores round gives one minus the AUROC and the same variance", () => {
  fc.assert(
    fc.property(tiedPatients, ({labels, first}) => {
      const original = delong(labels, first);
      const swapped = delong(
        labels.map((label) => 1 - label),
        first,
      );
      const turned = delong(
        labels,
        first.map((score) => -score),
      );
      for (const mirrored of [swapped, turned]) {
        expect(mirrored?.value).toBeCloseTo(1 - (original?.value ?? Number.NaN), 12);
        expect(mirrored?.variance).toBeCloseTo(original?.variance ?? Number.NaN, 12);
      }
    }),
  );
});

test("without patients or with one class the AUROC is null", () => {
  for (const labels of [[], [1], [0, 0], [1, 1, 1]]) {
    const scores = labels.map((_, row) => row / 4);
    expect(auroc(labels, scores), `labels ${labels}`).toBeNull();
    expect(delong(labels, scores), `labels ${labels}`).toBeNull();
  }
});

test("with one patient in a class the interval is the whole range", () => {
  expect(delong([1, 0, 0], [0.4, 0.2, 0.6])).toEqual({value: 0.5, variance: null, low: 0, high: 1});
});

test("typed arrays give what plain arrays give", () => {
  const scores = Float32Array.from(FIRST);
  expect(delong(Uint8Array.from(LABELS), scores)).toEqual(delong(LABELS, Array.from(scores)));
});

/** Normal scores of 60 negatives around 0 and 40 positives around 1. */
function binormal(set: number, purpose: string): {labels: number[]; scores: number[]} {
  const random = createRandom({seed: 20, site: "", round: set, purpose});
  const labels = Array.from({length: 100}, (_, row) => (row < 40 ? 1 : 0));
  return {labels, scores: labels.map((label) => label + random.normal())};
}

test("the DeLong interval covers the true AUROC in 93 to 97 % of 1,000 binormal sets", () => {
  const truth = normalCdf(1 / Math.SQRT2);
  let covered = 0;
  for (let set = 0; set < 1000; set++) {
    const {labels, scores} = binormal(set, "coverage");
    const result = delong(labels, scores);
    if (result !== null && result.low <= truth && truth <= result.high) covered++;
  }
  expect(covered).toBeGreaterThanOrEqual(930);
  expect(covered).toBeLessThanOrEqual(970);
});

test("at 400 patients the DeLong and the bootstrap interval differ by less than 0.02", () => {
  const sets = [0, 1, 2, 3].map((set) => binormal(set, "agreement"));
  const labels = sets.flatMap((set) => set.labels);
  const scores = sets.flatMap((set) => set.scores);
  const random = createRandom({seed: 21, site: "", round: 0, purpose: "bootstrap"});
  const wald = delong(labels, scores);
  const percentile = bootstrapInterval({labels, scores, statistic: auroc, random});
  const gap = (limit: "low" | "high") => Math.abs((percentile?.[limit] ?? 9) - (wald?.[limit] ?? 0));
  expect(percentile?.value).toBe(wald?.value);
  expect(gap("low")).toBeLessThan(0.02);
  expect(gap("high")).toBeLessThan(0.02);
});
