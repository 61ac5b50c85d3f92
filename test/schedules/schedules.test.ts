import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {baseGraph} from "../../src/schedules/base-graph.ts";
import {gridGraph} from "../../src/schedules/grid.ts";
import type {Phase} from "../../src/schedules/phase.ts";
import {isExact, type ScheduleSpec, schedulePhases} from "../../src/schedules/schedule.ts";
import {casesOf} from "../setup/thorough.ts";
import {after, matrixOf, spread} from "./matrices.ts";

/** Numbers of nodes: all of them in the thorough tier. */
const NODE_COUNTS = casesOf(
  Array.from({length: 100}, (_, index) => index + 1),
  3,
);

const randomOf = (seed: number) => createRandom({seed, site: "", round: 0, purpose: "schedule"});
const unit = (n: number, node: number): number[] => Array.from({length: n}, (_, at) => (at === node ? 1 : 0));

/** The product of all phases is J: whatever a node begins with, all end with its n-th part of it. */
function expectExact(phases: readonly Phase[], n: number, label: string): void {
  const errors = Array.from({length: n}, (_, node) =>
    Math.max(...after(phases, unit(n, node)).map((value) => Math.abs(value - 1 / n))),
  );
  expect(Math.max(...errors), label).toBeLessThan(1e-9);
}

function expectDoublyStochastic(phase: Phase, label: string): void {
  const matrix = matrixOf(phase);
  const rowFaults = matrix.map((row) => Math.abs(row.reduce((sum, value) => sum + value, 0) - 1));
  const skews = matrix.flatMap((row, a) => row.map((value, b) => Math.abs(value - (matrix[b]?.[a] ?? NaN))));
  expect(Math.min(...matrix.flat()), label).toBeGreaterThanOrEqual(-1e-12);
  expect(Math.max(...rowFaults, ...skews), label).toBeLessThan(1e-12);
}

/** Phases to the exact mean, from the reference's table 1.3, computed there apart. */
const SIZES = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 20, 24, 25, 30, 31, 32, 33, 36, 40, 45, 48, 49, 50, 64,
  100, 1000,
];
const LENGTHS: Readonly<Record<number, readonly number[]>> = {
  1: [3, 2, 5, 4, 5, 3, 7, 6, 7, 5, 7, 6, 7, 4, 9, 7, 6, 9, 8, 9, 5, 11, 9, 8, 11, 7, 11, 10, 6, 11, 16],
  2: [1, 2, 3, 2, 4, 3, 2, 4, 5, 3, 5, 5, 4, 4, 5, 5, 4, 6, 5, 7, 5, 6, 4, 6, 5, 5, 7, 7, 6, 8, 12],
  3: [1, 1, 3, 2, 3, 2, 2, 4, 4, 2, 4, 4, 4, 2, 5, 4, 3, 5, 5, 5, 3, 5, 3, 5, 5, 3, 6, 6, 3, 6, 9],
  4: [1, 1, 1, 2, 3, 2, 2, 2, 4, 2, 4, 4, 2, 2, 4, 2, 3, 2, 3, 5, 3, 5, 3, 3, 3, 3, 5, 3, 3, 3, 5],
};

describe.each([1, 2, 3, 4])("the Base-(k+1) graph with k = %d", (peers) => {
  it("has the lengths that are published and were computed apart", () => {
    expect(SIZES.map((n) => baseGraph(n, peers).length)).toEqual(LENGTHS[peers]);
    const lengths = Array.from({length: 49}, (_, index) => baseGraph(index + 2, peers).length);
    expect(Math.max(...lengths)).toBe({1: 11, 2: 7, 3: 6, 4: 5}[peers]);
    for (let n = 2; n <= 300; n++) {
      const bound = (2 * Math.log(n)) / Math.log(peers + 1) + 2;
      expect(baseGraph(n, peers).length, `n = ${n}`).toBeLessThanOrEqual(bound + 1e-9);
    }
  });

  it(`is exact for ${NODE_COUNTS.length} numbers of nodes from 1 to 100, in symmetric doubly stochastic phases of degree k (P3)`, {
    timeout: 60_000,
  }, () => {
    for (const n of NODE_COUNTS) {
      const phases = baseGraph(n, peers);
      expectExact(phases, n, `n = ${n}`);
      phases.forEach((phase, index) => {
        const label = `n = ${n}, phase ${index}`;
        for (const row of phase.rows) expect(row.length, label).toBeLessThanOrEqual(peers);
        if (n <= 40) expectDoublyStochastic(phase, label);
      });
    }
  });
});

describe("the grid", () => {
  it("is exact in two phases for every number of nodes from 4 on, in groups of about the root", () => {
    for (let n = 2; n <= 64; n++) {
      const phases = gridGraph(n);
      expect(phases.length, `n = ${n}`).toBe(n <= 2 ? 1 : 2);
      expectExact(phases, n, `n = ${n}`);
      const largest = Math.max(...phases.flatMap(({rows}) => rows.map((row) => row.length + 1)));
      expect(largest, `n = ${n}`).toBeLessThanOrEqual(Math.ceil(Math.sqrt(n)));
    }
  });

  it("is exact for masses too: any weights give the weighted mean", () => {
    const positive = fc.double({min: 0.01, max: 100, noNaN: true});
    const member = fc.tuple(positive, fc.double({min: -10, max: 10, noNaN: true}));
    fc.assert(
      fc.property(fc.array(member, {minLength: 2, maxLength: 50}), (members) => {
        const phases = gridGraph(members.length);
        const weights = after(
          phases,
          members.map(([weight]) => weight),
        );
        const sums = after(
          phases,
          members.map(([weight, value]) => weight * value),
        );
        const total = members.reduce((sum, [weight]) => sum + weight, 0);
        const mean = members.reduce((sum, [weight, value]) => sum + weight * value, 0) / total;
        sums.forEach((sum, node) => expect(Math.abs(sum / (weights[node] ?? 0) - mean)).toBeLessThan(1e-9));
      }),
    );
  });
});

const specs = fc.oneof(
  fc.integer({min: 1, max: 4}).map((peers): ScheduleSpec => ({name: "base", peers})),
  fc.constant<ScheduleSpec>({name: "grid"}),
  fc
    .tuple(
      fc.constantFrom("random", "ring", "torus", "exponential", "complete"),
      fc.integer({min: 1, max: 6}),
    )
    .map(([name, steps]): ScheduleSpec => ({name, steps})),
  fc.constant<ScheduleSpec>({
    name: "edges",
    edges: [
      [0, 1],
      [1, 2],
      [5, 0],
    ],
    steps: 3,
  }),
);
const sizes = fc.integer({min: 2, max: 40});
const values = (n: number) =>
  fc.array(fc.double({min: -1e3, max: 1e3, noNaN: true}), {minLength: n, maxLength: n});
const cases = fc
  .tuple(specs, sizes, fc.nat())
  .chain(([spec, n, seed]) => values(n).map((x) => ({spec, n, seed, x})));

describe("every schedule", () => {
  it("keeps the mean, and never moves the nodes apart (P1, P2)", () => {
    fc.assert(
      fc.property(cases, ({spec, n, seed, x}) => {
        const sum = x.reduce((total, value) => total + value, 0);
        let state: Float64Array = Float64Array.from(x);
        for (const phase of schedulePhases(spec, n, randomOf(seed))) {
          const before = spread(state);
          state = after([phase], state);
          // The columns of a grid need not keep the plain mean: they count rows as they are long.
          if (spec.name === "grid") continue;
          expect(spread(state)).toBeLessThanOrEqual(before * (1 + 1e-12) + 1e-9);
          expect(Math.abs(state.reduce((total, value) => total + value, 0) - sum)).toBeLessThan(1e-9);
        }
        const bound = isExact(spec) ? 1e-9 : Number.POSITIVE_INFINITY;
        expect(spread(state)).toBeLessThan(bound);
      }),
    );
  });

  it("leaves equal values as they are, to the bit (P7)", () => {
    fc.assert(
      fc.property(
        specs,
        sizes,
        fc.nat(),
        fc.double({noNaN: true, noDefaultInfinity: true}),
        (spec, n, seed, value) => {
          const end = after(schedulePhases(spec, n, randomOf(seed)), unit(n, 0).fill(value));
          expect(end.every((each) => Object.is(each + 0, value + 0))).toBe(true);
        },
      ),
    );
  });

  it("is the same wherever it is drawn, and another in the next period", () => {
    const spec: ScheduleSpec = {name: "base", peers: 1};
    expect(schedulePhases(spec, 13, randomOf(3))).toEqual(schedulePhases(spec, 13, randomOf(3)));
    expect(schedulePhases(spec, 13, randomOf(4))).not.toEqual(schedulePhases(spec, 13, randomOf(3)));
  });

  it("ends alike for nodes with other names: only the places are exchanged (P6)", () => {
    fc.assert(
      fc.property(cases, ({spec, n, seed, x}) => {
        if (!isExact(spec)) return;
        const turned = [...x.slice(1), ...x.slice(0, 1)];
        const [one, other] = [x, turned].map((start) =>
          after(schedulePhases(spec, n, randomOf(seed)), start),
        );
        one?.forEach((value, node) =>
          expect(Math.abs(value - (other?.[node] ?? Number.NaN))).toBeLessThan(1e-9),
        );
      }),
    );
  });

  it("has no phases for one node", () => {
    expect(schedulePhases({name: "base", peers: 1}, 1, randomOf(1))).toEqual([]);
  });
});
