import {describe, expect, it} from "vitest";
import {sha256} from "../../../src/core/index.ts";
import {codecOf, NO_DITHER} from "../../../src/parameters/index.ts";
import {releaseUpdate} from "../../../src/privacy/index.ts";
import {isContradiction} from "../../../src/rounds/certificate.ts";
import type {Contribution, Effect, Frame} from "../../../src/rounds/index.ts";
import {primitivesOf, RUN} from "../consortium.ts";
import {type Arena, runArena, toldBy, updateOf} from "./arena.ts";
import {expectLaws, expectNoSlander, expectPace, usualRun} from "./laws.ts";
import {bending, othersOf, readyBy, type Script, voteBy} from "./liar.ts";
import {openTwins} from "./twins.ts";

const LIAR = "member-b";
const HASH = "5c".repeat(32);

/** Every honest member names the liar, with a proof that anyone can check. */
function expectNamed(arena: Arena): void {
  for (const member of arena.honest) {
    const proofs = toldBy(arena, member).flatMap((report) =>
      report.kind === "equivocation" ? [report] : [],
    );
    expect(
      proofs.map((proof) => proof.member),
      `${member} names`,
    ).toEqual([LIAR]);
    for (const {round, claims} of proofs) {
      expect(isContradiction(primitivesOf("anyone"), {run: RUN, round}, LIAR, claims)).toBe(true);
    }
  }
}

describe("a member that votes twice in a ballot and step", () => {
  for (const step of ["accept", "commit"] as const) {
    it(`and tells all, to ${step}, is named by everyone with the proof`, () => {
      const script: Script = ({setup, effects, round}) =>
        bending(effects, "vote", (frame) => {
          if (frame.step !== step || frame.round !== round) return [frame];
          return [frame, voteBy(setup, {...frame, body: HASH})];
        });
      const options = {n: 4, liars: [LIAR], script, rounds: 6};
      const arena = runArena(options);
      expectLaws(arena);
      expectPace(arena, usualRun(options));
      expectNamed(arena);
    });
  }

  it("and tells members different things makes no second result", () => {
    const script: Script = ({setup, effects}) =>
      bending(effects, "vote", (frame, to) =>
        othersOf(setup).indexOf(to) % 2 === 0 ? [frame] : [voteBy(setup, {...frame, body: HASH})],
      );
    const options = {n: 4, liars: [LIAR], script, rounds: 6};
    const arena = runArena(options);
    expectLaws(arena);
    expectPace(arena, usualRun(options));
  });
});

/** Another contribution of the liar's than its own, of the same weight. */
function otherContribution(round: number): Contribution {
  const update = updateOf(99, LIAR, round);
  const how = {weight: 2 / 1024, codec: codecOf("f32"), dither: NO_DITHER, clipNorm: 1e6, hash: sha256};
  return releaseUpdate({...how, update}).release;
}

describe("a member that announces two contributions", () => {
  const updates = (member: string, round: number): Float32Array[] =>
    member === LIAR
      ? [updateOf(1, member, round), updateOf(99, member, round)]
      : [updateOf(1, member, round)];

  const announcing =
    (tell: (frame: Extract<Frame, {type: "ready"}>, other: Frame, place: number) => Frame[]): Script =>
    ({setup, effects, round}) => {
      const contribution = otherContribution(round);
      const bent = bending(effects, "ready", (frame, to) => {
        if (frame.round !== round) return [frame];
        const other = readyBy(setup, {...frame, contribution: contribution.hash});
        return tell(frame, other, othersOf(setup).indexOf(to));
      });
      const isTold = effects.some(({type}) => type === "publish-contribution");
      const publishing: Effect[] = isTold ? [{type: "publish-contribution", contribution}] : [];
      return [...publishing, ...bent];
    };

  it("and tells all is named by everyone with the proof", () => {
    const options = {n: 4, liars: [LIAR], script: announcing((own, other) => [own, other]), rounds: 6};
    const arena = runArena(options);
    expectLaws(arena, updates);
    expectPace(arena, usualRun(options));
    expectNamed(arena);
  });

  it("and tells members different ones is named by all when a leader's start shows it", () => {
    const script = announcing((own, other, place) => [place % 2 === 0 ? own : other]);
    const options = {n: 4, liars: [LIAR], script, rounds: 6};
    const arena = runArena(options);
    expectLaws(arena, updates);
    expectPace(arena, usualRun(options));
    expectNamed(arena);
  });
});

describe("a member that runs twice under one key, each twin facing other members", () => {
  const sideOf = (peer: string): number => (peer === "member-a" ? 0 : 1);
  const openLiar = openTwins(sideOf);
  // Twins need not be in the same round: one may hand in the other's work.
  const anyOfIts = (seed: number) => (member: string, round: number) =>
    (member === LIAR ? [round - 2, round - 1, round, round + 1, round + 2] : [round]).map((each) =>
      updateOf(seed, member, each),
    );

  it("forks nothing among four of which three decide", () => {
    for (let seed = 0; seed < 12; seed++) {
      const options = {n: 4, liars: [LIAR], openLiar, rounds: 6, seed};
      const arena = runArena(options);
      expectLaws(arena, anyOfIts(seed));
      expectPace(arena, usualRun(options));
    }
  });

  const PARTED = {what: "cut", atMs: 0, forMs: 6000, who: 0, whom: 1} as const;
  const SLOWED = {what: "stall", atMs: 4000, forMs: 1950, who: 0, whom: 0} as const;

  for (const {name, history} of [
    {name: "at one pace", history: [PARTED]},
    {name: "at paces of their own, so that one is rounds ahead", history: [PARTED, SLOWED]},
  ]) {
    it(`forks three of which two decide, where they are parted ${name}; both halves stop with the proof when they meet`, () => {
      for (let seed = 0; seed < 6; seed++) {
        const options = {
          n: 3,
          liars: [LIAR],
          quorum: "majority",
          openLiar,
          rounds: 40,
          seed,
          history,
        } as const;
        const arena = runArena(options);
        expectNoSlander(arena);
        const forks = arena.world.reports.flatMap(({member, report}) =>
          report.kind === "fork" && arena.honest.includes(member) ? [{member, report}] : [],
        );
        expect(forks.map(({member}) => member).sort()).toEqual(["member-a", "member-c"]);
        for (const {report} of forks) {
          const [ours, theirs] = report.certificates;
          expect(report.culprits).toEqual(ours.ballot === theirs.ballot ? [LIAR] : []);
          expect(ours.body.result).not.toBe(theirs.body.result);
        }
      }
    });
  }
});
