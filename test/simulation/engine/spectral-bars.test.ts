import {describe, expect, it} from "vitest";
import {createRandom} from "../../../src/core/index.ts";
import {codecOf, NO_DITHER} from "../../../src/parameters/index.ts";
import {attemptPeriod} from "../../../src/rounds/index.ts";
import type {ScheduleSpec} from "../../../src/schedules/index.ts";
import {MassTable} from "../../../src/simulation/engine/fast/mass-table.ts";
import {mixPhase} from "../../../src/simulation/engine/fast/mix-phase.ts";

/*
 * The bars of the literature's graphs, computed apart from this code (numpy): the factor by which a phase shrinks the
 * distance from the mean, and the phases that bring it to 1e-3 and 1e-6. Xiao & Boyd 2004 for Metropolis-Hastings
 * weights, Ying et al. 2021 for the exponential graph, Takezawa et al. 2023 for the base graphs.
 */
const SIZE = 8;
const CODEC = codecOf("f32");

/** Random masses of equal weight. */
function randomTable(n: number, seed: number): MassTable {
  const table = new MassTable(n, SIZE);
  const random = createRandom({seed, site: "", round: 0, purpose: "spectral bars"});
  for (let node = 0; node < n; node++) {
    table.set(node, {values: Float64Array.from({length: SIZE}, () => random.normal()), weight: 0.5});
  }
  return table;
}

function spreadOf(table: MassTable): number {
  let squares = 0;
  for (let index = 0; index < SIZE; index++) {
    const column = Array.from({length: table.nodes}, (_, node) => table.row(node)[index] ?? 0);
    const mean = column.reduce((sum, value) => sum + value, 0) / table.nodes;
    squares += column.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  }
  return Math.sqrt(squares);
}

/** Distances from the mean before the first phase and after each, of random starts. */
function spreads(schedule: ScheduleSpec, n: number, seed = 1): number[] {
  const table = randomTable(n, seed);
  const {length, phase} = attemptPeriod(schedule, n, {run: "00", round: 0, ballot: seed});
  const distances = [spreadOf(table)];
  for (let index = 0; index < length; index++) {
    mixPhase(table, phase(index), {codec: CODEC, ditherOf: () => NO_DITHER});
    distances.push(spreadOf(table));
  }
  return distances;
}

/** The factor of a phase once the slowest direction is all that is left, before rounding to f32 tells. */
function lateFactor(schedule: ScheduleSpec, n: number): number {
  const distances = spreads(schedule, n);
  const first = distances[0] ?? 1;
  const late = distances.filter((distance) => distance > 3e-4 * first);
  const from = Math.floor(late.length * 0.75);
  const last = late.length - 1;
  return ((late[last] ?? 1) / (late[from] ?? 1)) ** (1 / (last - from));
}

const phasesTo = (epsilon: number, factor: number): number => Math.log(epsilon) / Math.log(factor);

type Graph = "ring" | "torus" | "exponential";

const BARS: readonly (readonly [Graph, number, number, number])[] = [
  ["ring", 8, 32, 64],
  ["ring", 16, 133, 266],
  ["ring", 32, 536, 1072],
  ["torus", 8, 10, 20],
  ["torus", 16, 14, 28],
  ["torus", 32, 56, 111],
  ["torus", 64, 56, 111],
  ["torus", 100, 87, 174],
  ["exponential", 8, 10, 20],
  ["exponential", 16, 14, 28],
  ["exponential", 32, 18, 35],
  ["exponential", 64, 21, 42],
  ["exponential", 100, 25, 49],
];

describe("phases of the engine's schedules", () => {
  it.each(BARS)(
    "of %s with %i nodes take %i to 1e-3 and %i to 1e-6, give or take one",
    (name, n, to3, to6) => {
      const factor = lateFactor({name, steps: 2 * to3}, n);
      expect(Math.abs(Math.ceil(phasesTo(1e-3, factor) - 1e-6) - to3)).toBeLessThanOrEqual(1);
      expect(Math.abs(Math.ceil(phasesTo(1e-6, factor) - 1e-6) - to6)).toBeLessThanOrEqual(1);
    },
  );

  it.each([
    [8, [3, 3, 2, 2]],
    [16, [4, 4, 2, 2]],
    [32, [5, 5, 3, 3]],
    [64, [6, 6, 3, 3]],
    [100, [11, 8, 6, 3]],
    [1000, [16, 12, 9, 5]],
  ] as const)("of base graphs of %i nodes are exact after %j", (n, lengths) => {
    lengths.forEach((length, index) => {
      const distances = spreads({name: "base", peers: index + 1}, n);
      const first = distances[0] ?? 0;
      expect(distances).toHaveLength(length + 1);
      // To the rounding of f32, in which masses travel.
      expect(distances[length]).toBeLessThan(1e-6 * first);
      expect(distances[length - 1]).toBeGreaterThan(1e-3 * first);
    });
  });

  it.each([8, 16, 32, 64, 100, 1000])("of random pairs of %i nodes shrink squares as expected", (n) => {
    // Few, since of few nodes some sequences are exact, and then only rounding is left.
    const steps = 3;
    const runs = n > 500 ? 10 : 150;
    let sum = 0;
    for (let seed = 0; seed < runs; seed++) {
      const distances = spreads({name: "random", steps}, n, seed);
      for (let step = 0; step < steps; step++) {
        sum += ((distances[step + 1] ?? 0) / (distances[step] ?? 1)) ** 2 / (runs * steps);
      }
    }
    const phases = phasesTo(1e-3, Math.sqrt((n - 2) / (2 * (n - 1))));
    expect(Math.abs(phasesTo(1e-3, Math.sqrt(sum)) - phases)).toBeLessThanOrEqual(1);
  });
});
