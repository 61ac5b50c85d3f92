import {describe, expect, it} from "vitest";
import {sha256} from "../../../src/core/index.ts";
import {createSnapshot, type Snapshot} from "../../../src/parameters/index.ts";
import type {RobustRule} from "../../../src/robust/index.ts";
import {bodyHash, type Effect, leaderOrder, type RoundMixing} from "../../../src/rounds/index.ts";
import {LAYOUT} from "../consortium.ts";
import {type Arena, runArena, toldBy, VALUES} from "./arena.ts";
import {expectAgreement, expectLaws, expectNoSlander, expectPace, usualRun} from "./laws.ts";
import {bending, madeUpBody, othersOf, proposalBy, type Scene, type Script, say, voteBy} from "./liar.ts";

const LIAR = "member-b";
const WEIGHT = 15 / 1024;
const MEDIAN: RobustRule = {rule: "median", faulty: 1, adaptiveClipping: false, nearestNeighbours: false};
const ROBUST: RoundMixing = {kind: "robust", rule: MEDIAN};

const FALSE_MODEL: Snapshot = createSnapshot(sha256, LAYOUT, new Float32Array(VALUES).fill(-3));

const publishing: Effect = {type: "publish-snapshot", snapshot: FALSE_MODEL};

/** The ballots, of the next `count`, that the liar leads. */
function ledBy({setup, round}: Pick<Scene, "setup" | "round">, count: number): number[] {
  const {leaderOf} = leaderOrder(sha256, setup.run, round, setup.members);
  return Array.from({length: count}, (_, ballot) => ballot).filter(
    (ballot) => leaderOf(ballot) === setup.self,
  );
}

const startsTraining = ({event}: Scene): boolean => event.type === "contribute";

/** What honest members refused. */
function refusalsOf(arena: Arena): string[][] {
  return arena.honest.map((member) =>
    toldBy(arena, member).flatMap((report) => (report.kind === "proposal-refused" ? [report.reason] : [])),
  );
}

describe("a result that a member made up without any exchange", () => {
  const unasked: Script = (scene) => {
    if (!startsTraining(scene)) return scene.effects;
    const proposals = ledBy(scene, 12).map((ballot) => {
      const body = {...madeUpBody(scene, WEIGHT, FALSE_MODEL.hash), attempt: ballot};
      return proposalBy(scene.setup, ballot, body);
    });
    return [publishing, ...scene.effects, ...say(othersOf(scene.setup), ...proposals)];
  };

  it("is signed by nobody, whoever leads", () => {
    const options = {n: 4, liars: [LIAR], script: unasked, rounds: 8};
    const arena = runArena(options);
    expectLaws(arena);
    expectPace(arena, usualRun(options));
  });

  it("is signed by nobody under a robust rule", () => {
    const options = {n: 5, liars: [LIAR], script: unasked, rounds: 8, mixing: ROBUST};
    const arena = runArena(options);
    expectAgreement(arena);
    expectNoSlander(arena);
    expectPace(arena, usualRun(options));
    const results = arena.honest.flatMap((member) => arena.certified.get(member) ?? []);
    for (const {snapshot} of results) expect(snapshot.hash).not.toBe(FALSE_MODEL.hash);
    expect(results).toHaveLength(4 * 8);
  });
});

/** As leader, proposes what `change` makes of the true body, and votes for it. */
function proposing(
  change: (body: ReturnType<typeof madeUpBody>) => Partial<ReturnType<typeof madeUpBody>>,
): Script {
  return ({setup, effects}) => [
    publishing,
    ...bending(effects, "propose", ({ballot, body}) => [
      proposalBy(setup, ballot, {...body, ...change(body)}),
    ]),
  ];
}

describe("a leader that proposes another result than its exchange made", () => {
  for (const mixing of [{kind: "all"}, ROBUST] as const) {
    it(`is told of by every other member, in the mode ${mixing.kind}`, () => {
      const n = mixing.kind === "robust" ? 5 : 4;
      const options = {
        n,
        liars: [LIAR],
        script: proposing(() => ({result: FALSE_MODEL.hash})),
        rounds: 8,
        mixing,
      };
      const arena = runArena(options);
      expectAgreement(arena);
      expectNoSlander(arena);
      expectPace(arena, usualRun(options));
      for (const reasons of refusalsOf(arena))
        expect(reasons).toContain("it differs from what was mixed here");
    });
  }
});

describe("a leader that proposes another weight than its exchange made", () => {
  const bodies = [
    ["weight", () => ({weight: 1024, peakWeight: 1024})],
    ["peak weight", () => ({peakWeight: 1024})],
    [
      "number of contributors",
      ({contributors}: {contributors: string[]}) => ({contributors: contributors.slice(1)}),
    ],
    ["parent", () => ({parent: "77".repeat(32)})],
    ["roster", () => ({roster: "77".repeat(32)})],
    ["group", () => ({group: "77".repeat(32)})],
  ] as const;

  for (const [what, change] of bodies) {
    it(`or another ${what} gets no vote, and the rounds go on`, () => {
      const options = {n: 4, liars: [LIAR], script: proposing(change), rounds: 8};
      const arena = runArena(options);
      expectLaws(arena);
      expectPace(arena, usualRun(options));
      // Members cannot tell that a group that they were not in is none; and who follows another certificate may be honest.
      const isTold = refusalsOf(arena).every((reasons) => reasons.length > 0);
      expect(isTold).toBe(what !== "group" && what !== "parent");
    });
  }
});

describe("a claim that another body was voted for", () => {
  /** Signatures that a member alone can make of a quorum's. */
  const forgeries = {
    "its own vote alone": ["self"],
    "its own vote under every name": ["everyone"],
    "its own vote several times": ["self", "self", "self", "self"],
  } as const;

  const claiming =
    (signers: readonly ("self" | "everyone")[]): Script =>
    (scene) => {
      if (!startsTraining(scene)) return scene.effects;
      const {setup, round} = scene;
      const body = madeUpBody(scene, WEIGHT, FALSE_MODEL.hash);
      const hash = bodyHash(sha256, body);
      const {signature} = voteBy(setup, {round, ballot: 0, step: "accept", body: hash});
      const votes = signers.flatMap((signer) =>
        (signer === "self" ? [setup.self] : setup.members).map((member) => ({member, signature})),
      );
      const common = {run: setup.run, round};
      const lock = {body, ballot: 0, votes};
      const proposals = ledBy(scene, 8)
        .filter((ballot) => ballot > 0)
        .map((ballot) => ({...proposalBy(setup, ballot, body), proof: {ballot: 0, votes}}));
      const claims = [0, 1, 2].map((ballot) => ({...common, type: "timeout", ballot, lock}) as const);
      const certificate = {...common, type: "certificate", certificate: lock} as const;
      return [publishing, ...scene.effects, ...say(othersOf(setup), ...claims, ...proposals, certificate)];
    };

  for (const [what, signers] of Object.entries(forgeries)) {
    it(`with ${what} moves nobody, and is told of`, () => {
      const options = {n: 4, liars: [LIAR], script: claiming(signers), rounds: 6};
      const arena = runArena(options);
      expectLaws(arena);
      expectPace(arena, usualRun(options));
      for (const reasons of refusalsOf(arena)) expect(reasons).toContain("it lacks a quorum's votes");
    });
  }
});
