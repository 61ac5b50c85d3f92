import {describe, expect, it} from "vitest";
import {sha256, toHex} from "../../src/core/index.ts";
import {createStages} from "../../src/participant/stages.ts";
import {
  type Arithmetic,
  type Contribution,
  parameterArithmetic,
  type Report,
  type RoundMixing,
} from "../../src/rounds/index.ts";
import {VARIANTS} from "../robust/clusters.ts";
import {runs} from "../setup/thorough.ts";
import {createConsortium} from "./consortium.ts";

const [REFERENCE, CAP] = [1024, 256];
const MEMBERS = ["member-a", "member-b", "member-c", "member-d", "member-e"];
const PATIENTS = [199, 172, 30, 85, 120];
/** An age, a difference about 0, a sex, and what lies below 0: released in 0 to 1, -.25 to .75, 0 to 1 and -1 to 0. */
const FEATURES = [
  {low: 20, high: 80},
  {low: -1, high: 3},
  {low: 0, high: 1},
  {low: -9, high: -7},
];
/** By round: the bounds of what a site can give for each feature. */
const RANGES = [
  {low: [0, -0.25, 0, -1], high: [1, 0.75, 1, 0]},
  {low: [0, 0, 0, 0], high: [1, 1, 1, 1]},
] as const;
const ROUNDS = [0, 1] as const;
const MIXINGS: readonly [string, RoundMixing][] = [
  ["no robust rule", {kind: "all"}],
  ...VARIANTS.filter(({adaptiveClipping: clips, nearestNeighbours: mixes}) => !clips && !mixes).map(
    (variant): [string, RoundMixing] => [variant.rule, {kind: "robust", rule: {...variant, faulty: 1}}],
  ),
];

/** What an honest site gives: another at each, one of them at the ends of the ranges. */
function honestOf(member: string, round: number): number[] {
  const place = MEMBERS.indexOf(member);
  const {low, high} = RANGES[round === 0 ? 0 : 1];
  if (place === 2) return [high[0], low[1], high[2], low[3]];
  return low.map((least, at) => least + (0.2 + 0.05 * ((place + at) % 5)) * ((high[at] ?? 0) - least));
}

/** One value of a site's contribution, changed after the site's guard under the hash of the changed bytes. */
function forged(
  {bytes}: Pick<Contribution, "bytes">,
  at: number,
  write: (weight: number) => number,
): Contribution {
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  const weight = view.getFloat32(changed.length - 4, true);
  view.setFloat32(at < 0 ? changed.length - 4 : 4 * at, write(weight), true);
  return {hash: toHex(sha256(changed)), bytes: changed};
}

interface Lie {
  readonly round: number;
  readonly liar: string;
  readonly mixing: RoundMixing;
  readonly tamper: (contribution: Contribution) => Contribution;
  /** Where statistics are mixed otherwise than a plan's ever are. */
  readonly phases?: RoundMixing;
  readonly patients?: readonly number[];
  readonly seed?: number;
  /** How often the features are there, side by side. */
  readonly copies?: number;
  readonly arithmeticOf?: (member: string) => Arithmetic;
}

function run({round: lied, liar, mixing, tamper, phases, copies = 1, ...options}: Lie) {
  const copied = <Each>(values: readonly Each[]): Each[] => Array.from({length: copies}, () => values).flat();
  const {specOf, shapeOf} = createStages({
    isFederated: true,
    features: copied(FEATURES),
    trainingRounds: 1,
    model: {tensors: [{name: "bias", shape: [1]}]},
    initial: new Float32Array(1),
    codec: "f32",
    asynchronous: null,
    mixing,
    local: [],
    hasControls: false,
    isNormalised: false,
    outer: null,
    reference: REFERENCE,
    clipNorm: 1e6,
    cap: CAP,
    contract: "ab".repeat(32),
    hash: sha256,
  });
  const consortium = createConsortium({
    seed: options.seed ?? 8,
    weights: options.patients ?? PATIENTS,
    rounds: 2,
    values: copies * FEATURES.length,
    startMembers: 4,
    stages: {
      shapeOf,
      specOf: (...given) => ({...specOf(...given), ...(phases === undefined ? {} : {mixing: phases})}),
    },
    ...(options.arithmeticOf === undefined ? {} : {arithmeticOf: options.arithmeticOf}),
    updateOf: (member, round) => Float32Array.from(copied(honestOf(member, round))),
    tamper: (member, round, contribution) =>
      member === liar && round === lied ? tamper(contribution) : contribution,
  });
  const {world} = consortium;
  const honest = MEMBERS.filter((member) => member !== liar);
  for (const member of MEMBERS) world.start(member);
  world.run(() => honest.every((member) => world.sessionOf(member)?.view().isFinished === true), 50_000);
  const reports = world.reports.filter(({member}) => member !== liar).map(({report}) => report);
  const result = consortium.certified.get(honest[0] ?? "")?.[lied];
  return {honest, result, named: namedIn(reports)};
}

const ACCUSATIONS = ["out-of-range", "not-finite", "wrong-weight", "wrong-length"];

/** Who is said to have handed in what no site in order does. */
function namedIn(reports: readonly Report[]): string[] {
  const members = reports.flatMap((report) => {
    if (report.kind === "objection") return [`${report.member} ${report.reason}`];
    if (report.kind !== "verdicts") return [];
    return report.verdicts
      .filter(({reason}) => ACCUSATIONS.includes(reason))
      .map(({member, verdict}) => `${member} ${verdict}`);
  });
  return [...new Set(members)].sort();
}

function weightOf(member: string): number {
  return (PATIENTS[MEMBERS.indexOf(member)] ?? 0) / REFERENCE;
}

/** The mean over `members` weighted by their patients, of the first `FEATURES.length` values. */
function meanOf(members: readonly string[], round: number): number[] {
  const total = members.reduce((sum, member) => sum + weightOf(member), 0);
  return FEATURES.map((_, at) =>
    members.reduce((sum, member) => sum + (weightOf(member) / total) * (honestOf(member, round)[at] ?? 0), 0),
  );
}

/** Whether each value lies between the least and the greatest of the honest, but for rounding. */
function expectBetweenHonest(values: Float32Array | undefined, honest: readonly string[], round: number) {
  for (let at = 0; at < FEATURES.length; at++) {
    const theirs = honest.map((member) => honestOf(member, round)[at] ?? 0);
    expect(values?.[at], `value ${at}`).toBeGreaterThanOrEqual(Math.min(...theirs) - 1e-6);
    expect(values?.[at], `value ${at}`).toBeLessThanOrEqual(Math.max(...theirs) + 1e-6);
  }
}

const OUTSIDE: readonly [string, (round: 0 | 1) => Lie["tamper"]][] = [
  ["1e9", () => (given) => forged(given, 0, (weight) => 1e9 * weight)],
  ["-1e9", () => (given) => forged(given, 3, (weight) => -1e9 * weight)],
  ["NaN", () => (given) => forged(given, 1, () => Number.NaN)],
  ["1e-5 above", (round) => (given) => forged(given, 1, (weight) => weight * (RANGES[round].high[1] + 1e-5))],
  ["1e-5 below", (round) => (given) => forged(given, 2, (weight) => weight * (RANGES[round].low[2] - 1e-5))],
  ["a weight above the plan's cap", () => (given) => forged(given, -1, () => (CAP + 1) / REFERENCE)],
];

const LIARS = runs(1, 2);

describe.each(MIXINGS)("statistics under %s", (_, mixing) => {
  describe.each(ROUNDS)(`round %i (liars: ${LIARS})`, (round) => {
    it.each(OUTSIDE)("outside what the contract declares are refused by name: %s", (_what, lie) => {
      for (const liar of ["member-d", "member-a"].slice(0, LIARS)) {
        const {honest, named, result} = run({round, liar, mixing, tamper: lie(round)});
        const isSum = mixing.kind === "all";
        expect(named, liar).toEqual([`${liar} ${isSum ? "invalid" : "left-out"}`]);
        expectBetweenHonest(result?.snapshot.values, honest, round);
        const weight = honest.reduce((sum, member) => sum + weightOf(member), 0);
        expect(result?.certificate.body.weight, liar).toBeCloseTo(weight, 6);
        if (!isSum) continue;
        expect(result?.certificate.body.contributors).toEqual(honest);
        meanOf(honest, round).forEach((mean, at) => {
          expect(result?.snapshot.values[at], `value ${at}`).toBeCloseTo(mean, 6);
        });
      }
    });

    it.each(["low", "high"] as const)(
      "at the %s end move a sum within its range, and no rule at all",
      (end) => {
        for (const liar of ["member-b", "member-e"].slice(0, LIARS)) {
          const tamper = (given: Contribution): Contribution =>
            RANGES[round][end].reduce(
              (forgery: Contribution, edge, at) =>
                forged(forgery, at, (weight) => Math.fround(weight * edge)),
              given,
            );
          const {honest, named, result} = run({round, liar, mixing, tamper});
          expect(named, liar).toEqual([]);
          expect(result?.certificate.body.contributors).toEqual(MEMBERS);
          const values = result?.snapshot.values;
          if (mixing.kind !== "all") {
            expectBetweenHonest(values, honest, round);
            continue;
          }
          const share = weightOf(liar) / MEMBERS.reduce((sum, member) => sum + weightOf(member), 0);
          meanOf(honest, round).forEach((mean, at) => {
            const expected = (1 - share) * mean + share * (RANGES[round][end][at] ?? Number.NaN);
            expect(values?.[at], `value ${at}`).toBeCloseTo(expected, 6);
          });
        }
      },
    );
  });
});

describe("statistics of honest sites", () => {
  it.each(MIXINGS)("accuse nobody, at the ends of their ranges either, under %s", (_, mixing) => {
    const {named, result} = run({round: 1, liar: "", mixing, tamper: (given) => given});
    expect(named).toEqual([]);
    expect(result?.certificate.body.contributors).toEqual(MEMBERS);
    expectBetweenHonest(result?.snapshot.values, MEMBERS, 1);
  });
});

const PHASES: RoundMixing = {kind: "schedule", schedule: {name: "base", peers: 1}};
const ALL: RoundMixing = {kind: "all"};

/** A member's own program does not mix its own NaN. */
const SENDABLE = OUTSIDE.filter(([what]) => what !== "NaN");

describe("values with declared ranges in phases", () => {
  it.each(SENDABLE)("are refused by name where they lie outside: %s", (_, lie) => {
    for (const liar of MEMBERS) {
      const {named, result} = run({round: 0, liar, mixing: ALL, phases: PHASES, tamper: lie(0)});
      expect(named).toEqual([`${liar} invalid`]);
      // A liar that leads can go on with what its lie has become in others' masses: that is in range again.
      const {values} = result?.snapshot ?? {};
      RANGES[0].low.forEach((least, at) => {
        expect(values?.[at], `value ${at}`).toBeGreaterThanOrEqual(least - 1e-5);
        expect(values?.[at], `value ${at}`).toBeLessThanOrEqual((RANGES[0].high[at] ?? 0) + 1e-5);
      });
    }
  });

  it("accuse nobody, at the ends of the ranges and with the most unequal weights either", () => {
    for (let seed = 0; seed < 20; seed++) {
      const patients = [1, CAP, 3, CAP - 1, CAP];
      const {named} = run({
        round: 1,
        liar: "",
        mixing: ALL,
        phases: PHASES,
        patients,
        seed,
        tamper: (given) => given,
      });
      expect(named, `seed ${seed}`).toEqual([]);
    }
  });
});

describe("statistics of more features than a chunk holds", () => {
  it.each(MEMBERS)(
    "are summed as one, where each is held against its range and the liar named: %s",
    (liar) => {
      const copies = 5000;
      const last = copies * FEATURES.length - 1;
      const tamper = (given: Contribution) => forged(given, last, (weight) => 1e-4 * weight);
      const {honest, named, result} = run({round: 0, liar, mixing: ALL, copies, tamper});
      // A liar that leads cannot sum what it gave, and is silent.
      expect([[`${liar} invalid`], [`${liar} unreachable`]]).toContainEqual(named);
      expect(result?.certificate.body.contributors).toEqual(honest);
      expect(result?.snapshot.values[last]).toBeCloseTo(meanOf(honest, 0)[3] ?? Number.NaN, 6);
    },
  );
});

/** Sums to which the owner of a chunk adds what no contribution holds. */
const FALSE_SUMS: Arithmetic = {
  ...parameterArithmetic,
  sumChunk(...given) {
    const mixture = parameterArithmetic.sumChunk(...given);
    const {hash, bytes} = forged(mixture, 0, (weight) => 1.5 * weight);
    return {...mixture, hash, bytes};
  },
};

describe("a sum of statistics that no contributions in range add up to", () => {
  it("is refused by name, whoever summed", () => {
    let accused = 0;
    for (const liar of MEMBERS) {
      const {honest, named, result} = run({
        round: 0,
        liar,
        mixing: ALL,
        tamper: (given) => given,
        arithmeticOf: (member) => (member === liar ? FALSE_SUMS : parameterArithmetic),
      });
      accused += named.length;
      for (const name of named) expect(name).toBe(`${liar} false`);
      expectBetweenHonest(result?.snapshot.values, [...honest, liar], 0);
    }
    expect(accused).toBeGreaterThan(0);
  });
});
