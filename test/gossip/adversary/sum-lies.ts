import {createRandom, present} from "../../../src/core/index.ts";
import type {Arithmetic, MemberId, Report, SessionSetup} from "../../../src/rounds/index.ts";
import {type Arena, type ArenaOptions, runArena, toldBy} from "./arena.ts";
import {expectLaws, expectPace, usualRun} from "./laws.ts";
import {openLiar, type Script} from "./liar.ts";

/** The member that lies about sums. */
export const LIAR = "member-b";
/** One chunk, which its leader sums; and four, one of each member. */
export const SIZES = [5, 20_000];
/** How many rounds a run has. */
export const ROUNDS = 6;

/** What a liar computes, and what it says. */
export interface Lies {
  readonly arithmetic?: Partial<Arithmetic>;
  readonly script?: Script;
}

const drawn = new Map<string, Float32Array>();

/** Dyadic numbers, so that sums are exact in any order; the caller's own. */
export function dyadicUpdate(values: number, member: MemberId, round: number): Float32Array {
  const key = JSON.stringify([values, member, round]);
  const known = drawn.get(key);
  if (known !== undefined) return known.slice();
  const random = createRandom({seed: 5, site: member, round, purpose: "dyadic"});
  const update = new Float32Array(values).map(() => (random.below(8192) - 4096) / 64);
  drawn.set(key, update);
  return update.slice();
}

const UPDATES = new Map(
  SIZES.map((values) => [values, (member: MemberId, round: number) => dyadicUpdate(values, member, round)]),
);

/** The setup, under which some of the arithmetic is other. */
export function bent(setup: SessionSetup, arithmetic: Partial<Arithmetic>): SessionSetup {
  const {primitives} = setup;
  return {...setup, primitives: {...primitives, arithmetic: {...primitives.arithmetic, ...arithmetic}}};
}

/** A run of four members with the liar among them. */
export function lyingRun(values: number, {arithmetic = {}, script = ({effects}) => effects}: Lies) {
  return {
    n: 4,
    liars: [LIAR],
    rounds: ROUNDS,
    values,
    updateOf: present(UPDATES.get(values), `updates of ${values} values`),
    openLiar: (setup: SessionSetup) => openLiar(bent(setup, arithmetic), script),
  };
}

/** Runs, and holds it to all laws. */
export function expectLawful(options: ArenaOptions & {readonly values: number}): Arena {
  const arena = runArena(options);
  expectLaws(arena, (member, round) => [dyadicUpdate(options.values, member, round)]);
  expectPace(arena, usualRun(options));
  return arena;
}

function aboutLiar<Kind extends Report["kind"]>(arena: Arena, member: MemberId, kind: Kind) {
  return toldBy(arena, member).flatMap((report) =>
    report.kind === kind && "member" in report && report.member === LIAR
      ? [report as Extract<Report, {kind: Kind}>]
      : [],
  );
}

/** The kinds of proof against the liar that an honest member keeps. */
export function proofsOf(arena: Arena, member: MemberId): string[] {
  return aboutLiar(arena, member, "equivocation").map(({claims}) => claims.kind);
}

/** Why somebody objected to the liar, as an honest member was told. */
export function objectionsTo(arena: Arena, member: MemberId): string[] {
  return aboutLiar(arena, member, "objection").map(({reason}) => reason);
}

/** Each honest member's proofs, under its name. */
export const allProofs = (arena: Arena) =>
  Object.fromEntries(arena.honest.map((member) => [member, proofsOf(arena, member)]));

/** Those proofs of each honest member. */
export const named = (...kinds: readonly string[]) => ({
  "member-a": kinds,
  "member-c": kinds,
  "member-d": kinds,
});
