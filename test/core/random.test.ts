import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom, permutation, type Random, type RandomKey} from "../../src/core/index.ts";

const KEY: RandomKey = {seed: 42, site: "north", round: 3, purpose: "shuffle"};

function firstWords(random: Random, count = 9): number[] {
  return Array.from({length: count}, () => random.uint32());
}

/** Sum of (observed - expected)^2 / expected over equally likely cells. */
function chiSquare(counts: readonly number[], draws: number): number {
  const expected = draws / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe("a stream of randomness", () => {
  it("is fixed by its key, on every machine", () => {
    // Computed apart, in Python's integers and hashlib; changed words would change every run ever approved.
    expect(firstWords(createRandom(KEY), 5)).toEqual([
      1363359695, 2964835470, 3854356372, 1126605716, 833187826,
    ]);
    expect(firstWords(createRandom({...KEY}))).toEqual(firstWords(createRandom(KEY)));
  });

  it("differs when any part of the key differs", () => {
    const keys: RandomKey[] = [
      KEY,
      {...KEY, seed: 43},
      {...KEY, site: "south"},
      {...KEY, round: 4},
      {...KEY, purpose: "initialisation"},
      {...KEY, site: "north3", round: 0},
    ];
    const streams = keys.map((key) => firstWords(createRandom(key)).join(" "));
    expect(new Set(streams).size).toBe(keys.length);
  });

  it("does not repeat its blocks of four words", () => {
    const words = firstWords(createRandom(KEY), 4000);
    expect(new Set(words).size).toBe(words.length);
  });

  it("draws uniform numbers in [0, 1) whose mean is a half", () => {
    const random = createRandom(KEY);
    const draws = Array.from({length: 20_000}, () => random.uniform());
    for (const draw of draws) expect(draw >= 0 && draw < 1, `${draw}`).toBe(true);
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    // Five standard errors of the mean of uniform numbers.
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 / Math.sqrt(12 * draws.length));
  });

  it("draws finite normal numbers of mean 0 and variance 1", () => {
    const random = createRandom(KEY);
    const n = 20_000;
    const draws = Array.from({length: n}, () => random.normal());
    for (const draw of draws) expect(Number.isFinite(draw)).toBe(true);
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / n;
    const variance = draws.reduce((sum, draw) => sum + draw ** 2, 0) / n;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
  });
});

describe("whole numbers below a bound", () => {
  it("are all equally likely", () => {
    const random = createRandom(KEY);
    for (const bound of [2, 3, 7, 10]) {
      const counts = Array.from({length: bound}, () => 0);
      for (let draw = 0; draw < 20_000; draw++) {
        const value = random.below(bound);
        counts[value] = (counts[value] ?? 0) + 1;
      }
      expect(counts, `bound ${bound}`).toHaveLength(bound);
      // The 99.99 % point of chi-square is below 34 for up to 9 degrees of freedom.
      expect(chiSquare(counts, 20_000), `bound ${bound}`).toBeLessThan(34);
    }
  });

  it("carry no modulo bias where the bound does not divide 2^32", () => {
    // With plain `% bound` the lower half of this range would be drawn twice as often as the upper.
    const bound = 3 * 2 ** 30;
    const random = createRandom(KEY);
    const thirds = [0, 0, 0];
    for (let draw = 0; draw < 30_000; draw++) {
      const third = Math.floor(random.below(bound) / 2 ** 30);
      thirds[third] = (thirds[third] ?? 0) + 1;
    }
    expect(chiSquare(thirds, 30_000)).toBeLessThan(19);
  });

  it("are the remainder of the first word below the greatest multiple of the bound", () => {
    const bounds = fc.oneof(fc.integer({min: 1, max: 100}), fc.integer({min: 1, max: 2 ** 32}));
    fc.assert(
      fc.property(bounds, fc.integer(), (bound, seed) => {
        const words = createRandom({...KEY, seed});
        const divisor = BigInt(bound);
        const multiple = (2n ** 32n / divisor) * divisor;
        let word = BigInt(words.uint32());
        while (word >= multiple) word = BigInt(words.uint32());
        expect(createRandom({...KEY, seed}).below(bound)).toBe(Number(word % divisor));
      }),
      {numRuns: 1000},
    );
  });

  it("are within it up to 2^32, and 0 below 1", () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 2 ** 32}), fc.integer(), (bound, seed) => {
        const value = createRandom({...KEY, seed}).below(bound);
        expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
      }),
    );
    expect(createRandom(KEY).below(1)).toBe(0);
  });
});

describe("a permutation", () => {
  it("holds every number once", () => {
    fc.assert(
      fc.property(fc.nat({max: 300}), fc.integer(), (count, seed) => {
        const order = permutation(createRandom({...KEY, seed}), count);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({length: count}, (_, index) => index));
      }),
    );
  });

  it("is each of the 24 orders of four equally often", () => {
    const random = createRandom(KEY);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 24_000; draw++) {
      const order = permutation(random, 4).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // The 99.99 % point of chi-square with 23 degrees of freedom is 58.6.
    expect(chiSquare([...counts.values()], 24_000)).toBeLessThan(58.6);
  });
});
