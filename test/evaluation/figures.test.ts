import fc from "fast-check";
import {expect, test} from "vitest";
import {wilsonInterval} from "../../src/evaluation/accuracy.ts";
import {accuracy, averagePrecision, brierScore, logLoss} from "../../src/evaluation/index.ts";
import {tiedPatients} from "./scored-patients-arbitrary.ts";
import {FIRST, LABELS} from "./vectors.ts";

test("V12 has the known average precision, Brier score, log-loss and accuracy", () => {
  expect(averagePrecision(LABELS, FIRST)).toBeCloseTo(0.8833333333, 9);
  expect(brierScore(LABELS, FIRST)).toBeCloseTo(0.147075, 12);
  expect(logLoss(LABELS, FIRST)).toBeCloseTo(0.4457994874, 9);
  expect(accuracy(LABELS, FIRST)?.value).toBe(10 / 12);
  expect(accuracy(LABELS, FIRST)?.low).toBeCloseTo(0.5519691377470266, 12);
  expect(accuracy(LABELS, FIRST)?.high).toBeCloseTo(0.9530348578161462, 12);
});

test("scikit-learn's examples of average precision and Brier score come out", () => {
  expect(averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBeCloseTo(0.8333333333, 9);
  expect(brierScore([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3])).toBeCloseTo(0.0375, 12);
});

test("average precision equals its definition: recall gained at each threshold times precision there", () => {
  fc.assert(
    fc.property(tiedPatients, ({labels, first}) => {
      const positives = labels.filter((label) => label === 1).length;
      let recall = 0;
      let area = 0;
      for (const threshold of [...new Set(first)].sort((a, b) => b - a)) {
        const called = labels.filter((_, row) => (first[row] ?? 0) >= threshold);
        const hits = called.filter((label) => label === 1).length;
        area += (hits / positives - recall) * (hits / called.length);
        recall = hits / positives;
      }
      expect(averagePrecision(labels, first)).toBeCloseTo(area, 12);
    }),
  );
});

test("average precision is the prevalence for equal scores and 1 for perfect separation", () => {
  expect(averagePrecision([1, 0, 0, 0], [0.3, 0.3, 0.3, 0.3])).toBe(0.25);
  expect(averagePrecision([1, 0, 1, 0], [0.8, 0.2, 0.7, 0.1])).toBe(1);
});

test("a probability of exactly one half counts as label 0", () => {
  expect(accuracy([0, 1], [0.5, 0.5])?.value).toBe(0.5);
  expect(accuracy([0, 1], [0.5, 0.51])?.value).toBe(1);
});

test("Wilson's interval has the values of Newcombe 1998, table I", () => {
  const published = [
    {successes: 81, trials: 263, low: 0.2553, high: 0.3662},
    {successes: 15, trials: 148, low: 0.0624, high: 0.1605},
    {successes: 0, trials: 20, low: 0, high: 0.1611},
    {successes: 1, trials: 29, low: 0.0061, high: 0.1718},
  ];
  for (const {successes, trials, low, high} of published) {
    const interval = wilsonInterval(successes, trials);
    expect(interval.low, `${successes} of ${trials}`).toBeCloseTo(low, 4);
    expect(interval.high, `${successes} of ${trials}`).toBeCloseTo(high, 4);
  }
});

test("Wilson's interval holds its share and stays inside 0 .. 1", () => {
  fc.assert(
    fc.property(
      fc.integer({min: 1, max: 5000}),
      fc.double({min: 0, max: 1, noNaN: true}),
      (trials, share) => {
        const {value, low, high} = wilsonInterval(Math.round(share * trials), trials);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
        expect(high).toBeLessThanOrEqual(1);
      },
    ),
  );
});

test("one certain and wrong patient costs a bounded log-loss", () => {
  expect(logLoss([1], [0])).toBeCloseTo(23 * Math.LN2, 12);
  expect(logLoss([0], [1])).toBeCloseTo(23 * Math.LN2, 12);
  expect(logLoss([1], [1])).toBeLessThan(2e-7);
});

test("without patients every figure is null; with one class only the average precision is", () => {
  for (const figure of [averagePrecision, accuracy, brierScore, logLoss]) {
    expect(figure([], []), `figure ${figure.name}`).toBeNull();
  }
  expect(averagePrecision([1, 1], [0.2, 0.3])).toBeNull();
  expect(averagePrecision([0], [0.2])).toBeNull();
  expect(brierScore([1, 1], [0.5, 0.5])).toBe(0.25);
});
