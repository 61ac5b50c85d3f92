import fc from "fast-check";
import {expect, test} from "vitest";
import {normalCdf, normalQuantile} from "../../src/evaluation/distributions/normal.ts";
import {studentT95} from "../../src/evaluation/distributions/student-t.ts";

/** The relative error of `value` against `truth`. */
function relativeError(value: number, truth: number): number {
  return Math.abs(value / truth - 1);
}

// Origin: mpmath, 30 digits, erfc(-z / sqrt 2) / 2.
const CDF = [
  [-37, 5.725571222524577e-300],
  [-20, 2.7536241186062337e-89],
  [-8, 6.220960574271784e-16],
  [-5, 2.866515718791939e-7],
  [-3, 0.0013498980316300946],
  [-2, 0.02275013194817921],
  [-1, 0.15865525393145705],
  [-0.1, 0.460172162722971],
  [0, 0.5],
  [0.3, 0.6179114221889527],
  [1.96, 0.9750021048517795],
  [4, 0.9999683287581669],
] as const;

// Origin: mpmath, 30 digits, root of the distribution function at the double nearest to the probability.
const QUANTILES = [
  [1e-300, -37.0470962993612],
  [1e-20, -9.262340089798407],
  [1e-6, -4.753424308822899],
  [0.001, -3.0902323061678136],
  [0.025, -1.9599639845400543],
  [0.3, -0.5244005127080408],
  [0.9, 1.2815515655446006],
  [0.975, 1.9599639845400538],
] as const;

// Origin: mpmath, 30 digits, regularised incomplete beta function; probability 0.975.
const STUDENT = [
  [1, 12.706204736174705],
  [2, 4.302652729749464],
  [3, 3.1824463052837095],
  [4, 2.7764451051977943],
  [5, 2.5705818356363155],
  [9, 2.2621571627982053],
  [30, 2.042272456301238],
  [99, 1.9842169515864174],
  [999, 1.96234146113345],
] as const;

test("the normal distribution function has the known values to 1e-12, tails included", () => {
  for (const [z, truth] of CDF) expect(relativeError(normalCdf(z), truth), `z ${z}`).toBeLessThan(1e-12);
});

test("the normal quantile has the known values to 1e-12", () => {
  for (const [probability, truth] of QUANTILES) {
    expect(relativeError(normalQuantile(probability), truth), `p ${probability}`).toBeLessThan(1e-12);
  }
  expect(Math.abs(normalQuantile(0.5))).toBeLessThan(1e-15);
});

test("the distribution function undoes the quantile", () => {
  fc.assert(
    fc.property(fc.double({min: 1e-250, max: 0.999, noNaN: true}), (probability) => {
      expect(relativeError(normalCdf(normalQuantile(probability)), probability)).toBeLessThan(1e-12);
    }),
  );
});

test("both halves of the normal distribution add up to 1, also where the method changes", () => {
  const change = 2 * Math.SQRT2;
  for (const z of [0, 0.5, 1, change - 1e-9, change, change + 1e-9, 5]) {
    expect(normalCdf(z) + normalCdf(-z), `z ${z}`).toBeCloseTo(1, 15);
  }
  expect(relativeError(normalCdf(-change - 1e-13), normalCdf(-change + 1e-13))).toBeLessThan(2e-12);
});

test("Student's t has the known values to 1e-12", () => {
  for (const [degrees, truth] of STUDENT) {
    expect(relativeError(studentT95(degrees), truth), `${degrees} degrees of freedom`).toBeLessThan(1e-12);
  }
});
