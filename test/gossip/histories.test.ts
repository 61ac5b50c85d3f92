import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {expectLawfulHistory, type History} from "./lawful-history.ts";
import {arbitraryTrouble} from "./troubles.ts";

const TIMEOUT_MS = 1_800_000;
const RUNS = process.env["CONSILIUM_THOROUGH"] === "1" ? 10_000 : 200;

const chance = (most: number): fc.Arbitrary<number> =>
  fc.integer({min: 0, max: 100}).map((percent) => (most * percent) / 100);

const histories: fc.Arbitrary<History> = fc.record({
  n: fc.integer({min: 2, max: 6}),
  seed: fc.integer(),
  link: fc.record({
    loss: chance(0.3),
    duplication: chance(0.3),
    reordering: chance(1),
    failure: chance(0.1),
  }),
  troubles: fc.array(arbitraryTrouble(6000, 5000, ["crash", "stall", "cut", "partition"]), {maxLength: 6}),
  deaths: fc.array(
    fc.record({
      who: fc.nat({max: 5}),
      effect: fc.nat({max: 150}),
      isAfter: fc.boolean(),
      forMs: fc.integer({min: 1, max: 3000}),
    }),
    {maxLength: 3},
  ),
});

describe("any history of lost, repeated and overtaken frames, broken transfers, crashes, stalls and partitions", () => {
  it(`leaves one certificate a round, masses as they were, and everybody at the end (${RUNS} histories)`, {
    timeout: TIMEOUT_MS,
  }, () => {
    const startedAtMs = performance.now();
    fc.assert(fc.property(histories, expectLawfulHistory), {numRuns: RUNS});
    const perSecond = (1000 * RUNS) / (performance.now() - startedAtMs);
    console.log(`${RUNS} histories, ${perSecond.toFixed(0)} a second`);
    expect(perSecond).toBeGreaterThan(0);
  });
});
