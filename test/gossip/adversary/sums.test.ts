import {describe, expect, it} from "vitest";
import {createRandom} from "../../../src/core/index.ts";
import {partsBytes} from "../../../src/gossip/certificate.ts";
import type {Arithmetic, Effect, Frame, SessionSetup} from "../../../src/gossip/index.ts";
import {parameterArithmetic} from "../../../src/gossip/index.ts";
import {type Arena, runArena, toldBy} from "./arena.ts";
import {certifiedOn, expectLaws, expectPace, usualRun} from "./laws.ts";
import {bending, openLiar, type Script} from "./liar.ts";

const LIAR = "member-b";
const ROUNDS = 6;
/** One chunk, which its leader sums; and four, one of each member. */
const SIZES = [5, 20_000];

/** Dyadic numbers, so that sums are exact in any order. */
function updateOf(values: number, member: string, round: number): Float32Array {
  const random = createRandom({seed: 5, site: member, round, purpose: "dyadic"});
  return Float32Array.from({length: values}, () => (random.below(8192) - 4096) / 64);
}

interface Lies {
  readonly arithmetic?: Partial<Arithmetic>;
  readonly script?: Script;
}

function optionsOf(values: number, {arithmetic = {}, script = ({effects}) => effects}: Lies) {
  const bent = (setup: SessionSetup): SessionSetup => ({
    ...setup,
    primitives: {...setup.primitives, arithmetic: {...setup.primitives.arithmetic, ...arithmetic}},
  });
  return {
    n: 4,
    liars: [LIAR],
    rounds: ROUNDS,
    values,
    updateOf: (member: string, round: number) => updateOf(values, member, round),
    openLiar: (setup: SessionSetup) => openLiar(bent(setup), script),
  };
}

/** A run with the liar in it, held to all laws. */
function run(values: number, lies: Lies): Arena {
  const options = optionsOf(values, lies);
  const arena = runArena(options);
  expectLaws(arena, (member, round) => [updateOf(values, member, round)]);
  expectPace(arena, usualRun(options));
  return arena;
}

/** The kinds of proof against the liar that an honest member keeps. */
function proofsOf(arena: Arena, member: string): string[] {
  return toldBy(arena, member).flatMap((report) =>
    report.kind === "equivocation" && report.member === LIAR ? [report.claims.kind] : [],
  );
}

/** Why somebody objected to the liar, as an honest member was told. */
function objectionsTo(arena: Arena, member: string): string[] {
  return toldBy(arena, member).flatMap((report) =>
    report.kind === "objection" && report.member === LIAR ? [report.reason] : [],
  );
}

/**
 * Somebody has the proof, and each honest member its own or that one's word: when the leader has it first, it starts the
 * attempt anew without the liar before the others come to it.
 */
function expectFound(arena: Arena, kind: string): void {
  const kinds = arena.honest.flatMap((member) => proofsOf(arena, member));
  expect([...new Set(kinds)]).toEqual([kind]);
  for (const member of arena.honest) expect(objectionsTo(arena, member)).toContain("false");
}

/** Rounds in which the liar has a part, at the first honest member. */
function partsOf(arena: Arena): number {
  const bodies = certifiedOn(arena, "member-a").map(({certificate}) => certificate.body);
  return bodies.filter(({contributors}) => contributors.includes(LIAR)).length;
}

const twice: Arithmetic["sumChunk"] = (hash, sum, parts) =>
  parameterArithmetic.sumChunk(hash, sum, [parts[0] ?? new Uint8Array(), ...parts.slice(0, -1)]);

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
      ...optionsOf(values, {}),
      liars: [],
      plant: (setup: SessionSetup): SessionSetup => ({
        ...setup,
        primitives: {
          ...setup.primitives,
          arithmetic: {...setup.primitives.arithmetic, isSumOf: () => false},
        },
      }),
    };
    const arena = runArena(options);
    expectLaws(arena, (member, round) => [updateOf(values, member, round)]);
    expect(
      certifiedOn(arena, "member-a").map(({certificate}) => certificate.body.contributors.length),
    ).toEqual([4, 4, 4, 4, 4, 4]);
  });
});

describe("a check that is left out", () => {
  const without = (left: Partial<Arithmetic>) => ({
    plant: (setup: SessionSetup): SessionSetup => ({
      ...setup,
      primitives: {...setup.primitives, arithmetic: {...setup.primitives.arithmetic, ...left}},
    }),
  });
  const bent = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes).fill(7, 0, 4);
  const otherBytes: Lies = {
    arithmetic: {innerProducts: (of, part) => parameterArithmetic.innerProducts(of, bent(part))},
    script: ({effects}) =>
      effects.map((effect): Effect => {
        if (effect.type !== "publish-contribution") return effect;
        const {contribution} = effect;
        return {...effect, contribution: {...contribution, bytes: bent(contribution.bytes)}};
      }),
  };

  it.each([
    ["of sums", {arithmetic: {sumChunk: twice}}, {isSumOf: () => true}],
    ["of parts", otherBytes, {isNamed: () => true}],
  ] as const)("%s breaks a law, which holds with it", (_, lies: Lies, left) => {
    const check = (plant: object): void => {
      const arena = runArena({...optionsOf(5, lies), ...plant, mostEvents: 20_000});
      expectLaws(arena, (member, round) => [updateOf(5, member, round)]);
    };
    expect(() => check({})).not.toThrow();
    expect(() => check(without(left))).toThrow(/expected|names|leaves|do not get on/);
  });
});
