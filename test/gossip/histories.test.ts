import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {runs} from "../setup/thorough.ts";
import {expectLawfulHistory, type History} from "./lawful-history.ts";
import {arbitraryTrouble} from "./troubles.ts";

const TIMEOUT_MS = 1_800_000;
const RUNS = runs(50, 10_000);

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

/** Histories that were not lawful once: what they showed stands beside each. */
const ONCE_UNLAWFUL: History[] = [
  {
    // A leader that came back proposed again without the lock that proves what it proposed, and was refused by name.
    n: 6,
    seed: -1287050439,
    link: {loss: 0.3, duplication: 0.051, reordering: 0.65, failure: 0.06},
    troubles: [],
    deaths: [{who: 1, effect: 100, isAfter: false, forMs: 1632}],
  },
  {
    // The first leader, behind the others, proposed under a later lock in its own ballot, and waited without a time.
    n: 3,
    seed: 978158938,
    link: {loss: 0.296, duplication: 0.282, reordering: 0.98, failure: 0.063},
    troubles: [{what: "cut", atMs: 1967, forMs: 1, who: 2, whom: 2}],
    deaths: [{who: 4, effect: 76, isAfter: false, forMs: 2004}],
  },
  {
    // A leader whose trials were used up gave its ballot up once: the certificate that answered it was lost, and it waited
    // without another word.
    n: 3,
    seed: 1307556919,
    link: {loss: 0.255, duplication: 0.033, reordering: 0.74, failure: 0.001},
    troubles: [
      {what: "cut", atMs: 4132, forMs: 944, who: 1, whom: 0},
      {what: "cut", atMs: 2556, forMs: 4527, who: 5, whom: 0},
      {what: "partition", atMs: 5577, forMs: 2533, who: 0, whom: 3},
      {what: "stall", atMs: 2305, forMs: 946, who: 0, whom: 0},
    ],
    deaths: [],
  },
  {
    // A member that came back and heard of ballots, but missed every word of readiness, lost its certificate, and had no
    // timer left.
    n: 2,
    seed: 1968275890,
    link: {loss: 0.243, duplication: 0.282, reordering: 0.01, failure: 0.001},
    troubles: [
      {what: "partition", atMs: 206, forMs: 4101, who: 1, whom: 0},
      {what: "crash", atMs: 67, forMs: 1, who: 0, whom: 0},
      {what: "cut", atMs: 67, forMs: 128, who: 1, whom: 0},
    ],
    deaths: [
      {who: 0, effect: 0, isAfter: false, forMs: 1},
      {who: 0, effect: 138, isAfter: true, forMs: 85},
      {who: 0, effect: 66, isAfter: false, forMs: 1},
    ],
  },
  {
    // A leader that learned of a later lock on another body, while its own proposal was on its way to the disk, sent that
    // with the other body's votes, and was refused by name.
    n: 6,
    seed: 12,
    link: {loss: 0.228, duplication: 0.249, reordering: 0.3, failure: 0.011000000000000001},
    troubles: [
      {what: "stall", atMs: 137, forMs: 2168, who: 4, whom: 0},
      {what: "partition", atMs: 139, forMs: 1, who: 3, whom: 1},
      {what: "crash", atMs: 2305, forMs: 4138, who: 4, whom: 0},
      {what: "cut", atMs: 3284, forMs: 125, who: 0, whom: 3},
    ],
    deaths: [
      {who: 0, effect: 0, isAfter: true, forMs: 2872},
      {who: 0, effect: 82, isAfter: false, forMs: 1},
      {who: 4, effect: 1, isAfter: true, forMs: 3},
    ],
  },
];

describe("any history of lost, repeated and overtaken frames, broken transfers, crashes, stalls and partitions", () => {
  it(`leaves one certificate a round, masses as they were, and everybody at the end (${RUNS} histories)`, {
    timeout: TIMEOUT_MS,
  }, () => {
    const startedAtMs = performance.now();
    const examples = ONCE_UNLAWFUL.map((history): [History] => [history]);
    fc.assert(fc.property(histories, expectLawfulHistory), {numRuns: RUNS + examples.length, examples});
    const perSecond = (1000 * RUNS) / (performance.now() - startedAtMs);
    console.log(`${RUNS} histories, ${perSecond.toFixed(0)} a second`);
    expect(perSecond).toBeGreaterThan(0);
  });
});
