import fc from "fast-check";
import {expect, test} from "vitest";
import {normalCdf} from "../../src/evaluation/distributions/normal.ts";
import {delongPaired, delongPairedOverSeeds} from "../../src/evaluation/index.ts";
import {byPairs, byPlacementValues, covarianceOf} from "./pairwise-delong.ts";
import {tiedPatients} from "./scored-patients-arbitrary.ts";
import {EXPECTED, FIRST, LABELS, SECOND} from "./vectors.ts";

test("the paired vector has the known difference, covariance, z and p", () => {
  const result = delongPaired(LABELS, FIRST, SECOND);
  expect(result?.difference).toBeCloseTo(EXPECTED.difference, 12);
  expect(result?.covariance).toBeCloseTo(EXPECTED.covariance, 12);
  expect(result?.z).toBeCloseTo(EXPECTED.z, 12);
  expect(result?.p).toBeCloseTo(EXPECTED.p, 12);
});

test("kernel and placement values agree on the paired vector, and with the fast algorithm", () => {
  const result = delongPaired(LABELS, FIRST, SECOND);
  for (const componentsOf of [byPairs, byPlacementValues]) {
    const first = componentsOf(LABELS, FIRST);
    const second = componentsOf(LABELS, SECOND);
    const covariance = covarianceOf(first, second);
    const variance = covarianceOf(first, first) + covarianceOf(second, second) - 2 * covariance;
    const z = (first.area - second.area) / Math.sqrt(variance);
    expect(covariance, `${componentsOf.name}`).toBeCloseTo(EXPECTED.covariance, 12);
    expect(z, `${componentsOf.name}`).toBeCloseTo(EXPECTED.z, 12);
    expect(result?.covariance, `${componentsOf.name}`).toBeCloseTo(covariance, 12);
    expect(result?.z, `${componentsOf.name}`).toBeCloseTo(z, 12);
  }
});

test("covariance and z equal those over all pairs for random patients with ties", () => {
  fc.assert(
    fc.property(tiedPatients, ({labels, first, second}) => {
      const result = delongPaired(labels, first, second);
      const a = byPairs(labels, first);
      const b = byPairs(labels, second);
      expect(result?.covariance).toBeCloseTo(covarianceOf(a, b), 12);
      const variance = covarianceOf(a, a) + covarianceOf(b, b) - 2 * covarianceOf(a, b);
      const z = result?.z ?? 0;
      expect(z * z * variance).toBeCloseTo(z === 0 ? 0 : (result?.difference ?? Number.NaN) ** 2, 12);
    }),
  );
});

test("exchanging the two models turns the sign and keeps p", () => {
  fc.assert(
    fc.property(tiedPatients, ({labels, first, second}) => {
      const forth = delongPaired(labels, first, second);
      const back = delongPaired(labels, second, first);
      expect(back?.difference).toBeCloseTo(-(forth?.difference ?? Number.NaN), 12);
      expect(back?.p).toBe(forth?.p);
    }),
  );
});

test("scores that rank alike do not differ: z is 0 and p is 1", () => {
  fc.assert(
    fc.property(tiedPatients, ({labels, first}) => {
      const result = delongPaired(
        labels,
        first,
        first.map((score) => 2 * score + 1),
      );
      expect(result).toMatchObject({difference: 0, z: 0, p: 1});
    }),
  );
});

test("a difference without variance has no z and no p", () => {
  const result = delongPaired([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1]);
  expect(result).toEqual({difference: 0.5, z: null, p: null, covariance: 0});
});

test("with fewer than two patients in a class the test is null", () => {
  for (const labels of [[], [1, 1, 1], [0, 1, 1], [0, 0, 1]]) {
    const scores = labels.map((_, row) => row);
    expect(delongPaired(labels, scores, scores), `labels ${labels}`).toBeNull();
  }
});

test("over one seed, and over copies of it, the p-value is that of the pair", () => {
  const seed = {patients: "all", labels: LABELS, ours: FIRST, baseline: SECOND};
  expect(delongPairedOverSeeds([seed])).toBeCloseTo(EXPECTED.p, 12);
  expect(delongPairedOverSeeds([seed, seed, seed])).toBeCloseTo(EXPECTED.p, 12);
});

test("over seeds of the same patients it is that of the mean difference, by all pairs", () => {
  fc.assert(
    fc.property(tiedPatients, ({labels, first, second}) => {
      const third = first.map((score, row) => score + (second[row] ?? 0));
      const seeds = [
        {patients: "all", labels, ours: first, baseline: second},
        {patients: "all", labels, ours: third, baseline: second},
      ];
      const [a, b, c] = [byPairs(labels, first), byPairs(labels, second), byPairs(labels, third)];
      // Var(a - b + c - b) of the sum of the two differences.
      const variance =
        covarianceOf(a, a) +
        covarianceOf(c, c) +
        4 * covarianceOf(b, b) +
        2 * covarianceOf(a, c) -
        4 * covarianceOf(a, b) -
        4 * covarianceOf(c, b);
      const z = (a.area + c.area - 2 * b.area) / Math.sqrt(variance);
      fc.pre(variance > 1e-9);
      expect(delongPairedOverSeeds(seeds)).toBeCloseTo(2 * normalCdf(-Math.abs(z)), 9);
    }),
  );
});

test("over seeds of other patients variances add up, and twice as many patients with one effect are surer", () => {
  const seed = {patients: "all", labels: LABELS, ours: FIRST, baseline: SECOND};
  const z = EXPECTED.z * Math.sqrt(2);
  expect(delongPairedOverSeeds([seed, {...seed, patients: "others"}])).toBeCloseTo(
    2 * normalCdf(-Math.abs(z)),
    12,
  );
});

test("over no seed, and with one whose class has fewer than two patients, there is no p-value", () => {
  expect(delongPairedOverSeeds([])).toBeNull();
  const few = {patients: "few", labels: [0, 0, 1], ours: [1, 2, 3], baseline: [3, 2, 1]};
  const seed = {patients: "all", labels: LABELS, ours: FIRST, baseline: SECOND};
  expect(delongPairedOverSeeds([seed, few])).toBeNull();
});
