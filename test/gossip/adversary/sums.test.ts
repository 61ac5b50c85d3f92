import {describe, expect, it} from "vitest";
import {partsBytes} from "../../../src/rounds/certificate.ts";
import {
  type Arithmetic,
  type Effect,
  type Frame,
  parameterArithmetic,
  type SessionSetup,
} from "../../../src/rounds/index.ts";
import {type Arena, runArena} from "./arena.ts";
import {certifiedOn, expectLaws} from "./laws.ts";
import {bending, type Script} from "./liar.ts";
import {
  bent,
  dyadicUpdate,
  expectLawful,
  LIAR,
  type Lies,
  lyingRun,
  objectionsTo,
  proofsOf,
  ROUNDS,
  SIZES,
} from "./sum-lies.ts";

const run = (values: number, lies: Lies): Arena => expectLawful(lyingRun(values, lies));

/** Each honest member has its own proof. */
function expectFound(arena: Arena, kind: string): void {
  for (const member of arena.honest) expect(proofsOf(arena, member), member).toEqual([kind]);
}

/** Rounds in which the liar has a part, at the first honest member. */
function partsOf(arena: Arena): number {
  const bodies = certifiedOn(arena, "member-a").map(({certificate}) => certificate.body);
  return bodies.filter(({contributors}) => contributors.includes(LIAR)).length;
}

const twice: Arithmetic["sumChunk"] = (hash, sum, parts) =>
  parameterArithmetic.sumChunk(hash, sum, [parts[0] ?? new Uint8Array(), ...parts.slice(0, -1)]);

const sumAnyLength: Arithmetic["sumChunk"] = (hash, {chunk, ...sum}, parts) =>
  parameterArithmetic.sumChunk(hash, {...sum, chunk: {...chunk, clipNorm: Number.MAX_VALUE}}, parts);

describe.each(SIZES)("a member, in a model of %i values,", (values) => {
  it("that sums something else is found out, and its sum is in no result", () => {
    const arena = run(values, {arithmetic: {sumChunk: twice}});
    expectFound(arena, "sum");
    expect(partsOf(arena)).toBeLessThan(ROUNDS);
  });

  it("that claims other products is found out, and the owner of the sum is not", () => {
    const innerProducts: Arithmetic["innerProducts"] = (of, part) =>
      parameterArithmetic.innerProducts(of, part).map((product) => product + 1);
    const arena = run(values, {arithmetic: {innerProducts}});
    expectFound(arena, "products");
    expect(partsOf(arena)).toBe(0);
  });

  it("that gives other bytes than it signed has no part in any round", () => {
    const script: Script = ({effects}) =>
      effects.map((effect): Effect => {
        if (effect.type !== "publish-contribution") return effect;
        const bytes = Uint8Array.from(effect.contribution.bytes);
        bytes.fill(7, 0, bytes.length - 4);
        return {...effect, contribution: {...effect.contribution, bytes}};
      });
    const arena = run(values, {script});
    // What it leads itself it sums from its own bytes.
    expect(partsOf(arena)).toBeLessThanOrEqual(2);
    for (const member of arena.honest) expect(objectionsTo(arena, member)).toContain("invalid");
  });

  it.each(["summed", "products", "parts", "again", "challenge"] as const)(
    "that never says %s holds nobody up for long",
    (type) => {
      const script: Script = ({effects}) => bending(effects, type, () => []);
      const arena = run(values, {script});
      for (const member of arena.honest) expect(proofsOf(arena, member)).toEqual([]);
    },
  );

  it("that says what it should to one member alone holds nobody up for long", () => {
    for (const type of ["summed", "products", "parts"] as const) {
      const script: Script = ({effects}) =>
        bending(effects, type, (frame, to) => (to === "member-d" ? [frame] : []));
      expect(run(values, {script}).endsMs).toHaveLength(ROUNDS);
    }
  });
});

describe("a member that signs two lists of parts", () => {
  it("is found out when the owner of a sum was told the other one", () => {
    const other = (frame: Extract<Frame, {type: "parts"}>, setup: SessionSetup): Frame => {
      const [first = "", second = "", ...rest] = frame.parts;
      const parts = [second, first, ...rest];
      const signature = setup.primitives.sign(partsBytes({...frame, run: setup.run}, parts));
      return {...frame, parts, signature};
    };
    const script: Script = ({effects, setup}) =>
      bending(effects, "parts", (frame, to) => [to === "member-d" ? other(frame, setup) : frame]);
    const arena = run(20_000, {script});
    const found = arena.honest.filter((member) => proofsOf(arena, member).includes("parts"));
    expect(found.length).toBeGreaterThan(0);
  });
});

describe("a sum that is right but seems wrong, as the worst of rounding can make it", () => {
  it.each(SIZES)("of %i values is computed again, and nobody is blamed", (values) => {
    const options = {
      ...lyingRun(values, {}),
      liars: [],
      plant: (setup: SessionSetup) => bent(setup, {isSumOf: () => false}),
    };
    const arena = runArena(options);
    expectLaws(arena, (member, round) => [dyadicUpdate(values, member, round)]);
    expect(
      certifiedOn(arena, "member-a").map(({certificate}) => certificate.body.contributors.length),
    ).toEqual([4, 4, 4, 4, 4, 4]);
  });
});

describe("a check that is left out", () => {
  const without = (left: Partial<Arithmetic>) => ({
    plant: (setup: SessionSetup) => bent(setup, left),
  });
  const otherwise = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes).fill(7, 0, 4);
  const otherBytes: Lies = {
    arithmetic: {innerProducts: (of, part) => parameterArithmetic.innerProducts(of, otherwise(part))},
    script: ({effects}) =>
      effects.map((effect): Effect => {
        if (effect.type !== "publish-contribution") return effect;
        const {contribution} = effect;
        return {...effect, contribution: {...contribution, bytes: otherwise(contribution.bytes)}};
      }),
  };

  it.each([
    ["of sums", {arithmetic: {sumChunk: twice}}, {isSumOf: () => true}],
    ["of parts", otherBytes, {isNamed: () => true}],
  ] as const)("%s breaks a law, which holds with it", (_, lies: Lies, left) => {
    const check = (plant: object): void => {
      const arena = runArena({...lyingRun(5, lies), ...plant, mostEvents: 20_000});
      expectLaws(arena, (member, round) => [dyadicUpdate(5, member, round)]);
    };
    expect(() => check({})).not.toThrow();
    expect(() => check(without(left))).toThrow(/expected|names|leaves|make no progress/);
  });
});

describe.each(SIZES)("a contribution longer than the plan's clip, in a model of %i values,", (values) => {
  const clipNorm = 64 * Math.sqrt(values);
  const clipped = (setup: SessionSetup): SessionSetup => ({
    ...setup,
    specOf: (round, previous) => ({...setup.specOf(round, previous), clipNorm}),
  });
  const poisoned = (member: string, round: number): Float32Array =>
    dyadicUpdate(values, member, round).map((value) => (member === LIAR ? 1024 * value : value));

  it("has no part in any round, whoever sums it, and its maker is named to all", () => {
    const arena = runArena({...lyingRun(values, {}), plant: clipped, updateOf: poisoned});
    expectLaws(arena, (member, round) => [poisoned(member, round)]);
    expect(partsOf(arena)).toBe(0);
    for (const member of arena.honest) {
      expect(objectionsTo(arena, member)).toContain("invalid");
      expect(proofsOf(arena, member)).toEqual([]);
    }
  });

  it("is taken without that check", () => {
    const blind = (setup: SessionSetup): SessionSetup =>
      bent(clipped(setup), {areTooLong: () => false, sumChunk: sumAnyLength});
    const arena = runArena({...lyingRun(values, {}), plant: blind, updateOf: poisoned});
    expect(partsOf(arena)).toBeGreaterThan(0);
  });
});
