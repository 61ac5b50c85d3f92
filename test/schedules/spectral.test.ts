import {describe, expect, it} from "vitest";
import {createRandom, permutation} from "../../src/core/index.ts";
import {exponentialGraph, metropolis, ringEdges, torusEdges} from "../../src/schedules/graphs.ts";
import {matching} from "../../src/schedules/matching.ts";
import type {Phase} from "../../src/schedules/phase.ts";
import {contraction, phasesTo} from "../../src/schedules/spectral.ts";
import {after, spread} from "./matrices.ts";

const ring = (n: number): Phase => metropolis(n, ringEdges(n));
const torus = (n: number): Phase => metropolis(n, torusEdges(n));

/** A wave once around the longer side: the slowest direction of a ring and of a torus that is no longer than wide. */
const wave = (n: number, width: number): Float64Array =>
  Float64Array.from({length: n}, (_, node) => Math.cos((2 * Math.PI * (node % width)) / width));
/** Reference, section 7: n, contraction, phases to 1e-3 and to 1e-6; formulas evaluated apart. */
const RINGS = [
  [8, 0.8047378541, 32, 64],
  [16, 0.9492530217, 133, 266],
  [32, 0.9871901869, 536, 1072],
  [64, 0.9967898178, 2149, 4297],
  [100, 0.9986844856, 5248, 10_496],
  [1000, 0.9999868406, 524_925, 1_049_850],
] as const;
const TORI = [
  [8, 4, 0.5, 10, 20],
  [16, 4, 0.6, 14, 28],
  [32, 8, 0.8828427125, 56, 111],
  [64, 8, 0.8828427125, 56, 111],
  [100, 10, 0.9236067977, 87, 174],
  [1000, 40, 0.9950753362, 1400, 2799],
] as const;
const EXPONENTIALS = [
  [8, 0.5, 10, 20],
  [16, 0.6, 14, 28],
  [32, 0.6666666667, 18, 35],
  [64, 0.7142857143, 21, 42],
  [100, 0.75, 25, 49],
  [1000, 0.8181818182, 35, 69],
] as const;

function expectRow(
  measured: number,
  [lambda, thousandth, millionth]: readonly [number, number, number],
): void {
  expect(Math.abs(measured - lambda)).toBeLessThan(1e-9);
  expect(phasesTo(1e-3, measured)).toBe(thousandth);
  expect(phasesTo(1e-6, measured)).toBe(millionth);
}

describe("the contraction of a graph", () => {
  it.each(RINGS)("of a ring of %d", (n, ...row) => expectRow(contraction(ring(n), wave(n, n)), row));
  it.each(TORI)("of a torus of %d, %d wide", (n, width, ...row) =>
    expectRow(contraction(torus(n), wave(n, width)), row),
  );
  it.each(EXPONENTIALS)("of an exponential graph of %d", (n, ...row) =>
    expectRow(contraction(exponentialGraph(n), wave(n, 2)), row),
  );

  it("is found from any start, and none shrinks less in one phase", () => {
    for (const [phase, lambda] of [
      [ring(16), 0.9492530217],
      [torus(16), 0.6],
      [exponentialGraph(16), 0.6],
    ] as const) {
      const random = createRandom({seed: 3, site: "", round: 0, purpose: "start"});
      for (let draw = 0; draw < 5; draw++) {
        const start = Float64Array.from({length: 16}, () => random.normal());
        expect(Math.abs(contraction(phase, start) - lambda)).toBeLessThan(1e-6);
        expect(spread(after([phase], start)) / spread(start)).toBeLessThanOrEqual(lambda + 1e-9);
      }
    }
  });

  it("of a clique is 0: one phase suffices", () => {
    const complete = metropolis(
      5,
      [0, 1, 2, 3, 4].flatMap((a) => [0, 1, 2, 3, 4].map((b) => [a, b] as const)),
    );
    expect(contraction(complete, wave(5, 5))).toBeLessThan(1e-7);
    expect(phasesTo(1e-3, 0)).toBe(1);
    expect(phasesTo(1e-3, 1)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("random matchings", () => {
  /** Expected squared factor (n - 2) / (2 (n - 1)): Boyd et al. 2006; a pair takes the mean of two. */
  it.each([8, 16, 32, 64])(
    "of %d nodes shrink the squared distance by (n - 2) / (2 (n - 1)) on average",
    (n) => {
      const random = createRandom({seed: 9, site: "", round: 0, purpose: "matching"});
      let sum = 0;
      const draws = 4000;
      for (let draw = 0; draw < draws; draw++) {
        const start = Float64Array.from({length: n}, () => random.normal());
        sum += (spread(after([matching(permutation(random, n))], start)) / spread(start)) ** 2;
      }
      expect(Math.abs(sum / draws - (n - 2) / (2 * (n - 1)))).toBeLessThan(0.01);
    },
  );

  it("pair everyone but one of an odd number", () => {
    const random = createRandom({seed: 9, site: "", round: 0, purpose: "matching"});
    for (const n of [2, 3, 8, 9]) {
      const {rows} = matching(permutation(random, n));
      expect(rows.filter((row) => row.length === 1)).toHaveLength(2 * Math.floor(n / 2));
    }
  });
});
