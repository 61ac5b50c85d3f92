import {describe, expect, it} from "vitest";
import {sha256} from "../../../src/core/index.ts";
import {bodyHash, type Frame, leaderOrder} from "../../../src/rounds/index.ts";
import {PLAIN_LINK} from "../../../src/simulation/index.ts";
import {memberName, RUN} from "../consortium.ts";
import {runArena} from "./arena.ts";
import {groupOf} from "./knowledge.ts";
import {expectLaws, expectPace, usualRun} from "./laws.ts";
import {madeUpBody, othersOf, proposalBy, readyBy, type Scene, type Script, say, voteBy} from "./liar.ts";

const LIAR = "member-b";
const HASH = "5c".repeat(32);
const FAR = [5, 63, 1023, 65_536, 999_999, 1_000_000];

const startsTraining = ({event}: Scene): boolean => event.type === "contribute";

/** Every frame that names a ballot, with `ballot`, as the liar can sign it. */
function framesOf(scene: Scene, ballot: number): Frame[] {
  const {setup, round} = scene;
  const common = {run: setup.run, round};
  const body = {...madeUpBody(scene, 15 / 1024, HASH), attempt: ballot};
  const hash = bodyHash(sha256, body);
  const {parent} = body;
  const vote = voteBy(setup, {round, ballot, step: "accept", body: hash});
  const votes = [{member: setup.self, signature: vote.signature}];
  const lock = {body, ballot, votes};
  const {signature, contribution} = readyBy(setup, {round, parent, contribution: HASH});
  const participants = setup.members.map((member) => ({member, contribution, signature}));
  const proposal = proposalBy(setup, ballot, body);
  return [
    vote,
    voteBy(setup, {round, ballot, step: "commit", body: hash}),
    proposal,
    {...proposal, proof: {ballot: Math.max(0, ballot - 1), votes}},
    {...common, type: "timeout", ballot, lock: null},
    {...common, type: "timeout", ballot, lock},
    {...common, type: "start", ballot, trial: 63, participants},
    {...common, type: "certificate", certificate: lock},
    {
      ...common,
      type: "contradiction",
      member: othersOf(setup)[0] ?? "",
      claims: {
        kind: "vote",
        ballot,
        step: "accept",
        bodies: [hash, HASH],
        signatures: [signature, signature],
      },
    },
  ];
}

describe("far ballots", () => {
  it("in any frame move nobody, in this round or another", () => {
    const script: Script = (scene) => {
      if (!startsTraining(scene)) return scene.effects;
      const frames = FAR.flatMap((ballot) => framesOf(scene, ballot));
      const elsewhere = frames.map((frame): Frame => ({...frame, round: scene.round + 1}));
      return [...scene.effects, ...say(othersOf(scene.setup), ...frames, ...elsewhere)];
    };
    const options = {n: 4, liars: [LIAR], script, rounds: 6};
    const arena = runArena(options);
    expectLaws(arena);
    expectPace(arena, usualRun(options));
  });

  it("in more votes than anyone keeps push no honest vote out", () => {
    const script: Script = (scene) => {
      const {setup, round, event, effects} = scene;
      if (event.type !== "contribute" && event.type !== "frame") return effects;
      const near = Array.from({length: 70}, (_, ballot) => ballot + 1);
      const far = near.map((ballot) => 1_000_000 - ballot);
      const votes = [...near, ...far].flatMap((ballot) => [
        voteBy(setup, {round, ballot, step: "accept", body: HASH}),
        voteBy(setup, {round, ballot, step: "commit", body: HASH}),
      ]);
      const isDue = startsTraining(scene) || (event.type === "frame" && event.frame.type === "ready");
      return isDue ? [...say(othersOf(setup), ...votes), ...effects] : effects;
    };
    const options = {n: 4, liars: [LIAR], script, rounds: 4};
    const arena = runArena(options);
    expectLaws(arena);
    expectPace(arena, usualRun(options));
  });
});

/** At each start that it hears, objects to `accused`. */
function objecting(accused: (scene: Scene, trial: number, members: string[]) => string): Script {
  return (scene) => {
    const {event, effects, setup, round} = scene;
    if (event.type !== "frame" || event.frame.type !== "start" || event.frame.round !== round) return effects;
    const {participants, trial} = event.frame;
    const member = accused(
      scene,
      trial,
      participants.map((each) => each.member),
    );
    // What it fetches or sums names the group.
    const group = groupIn(scene);
    if (group === null) return effects;
    const {run} = setup;
    const objection: Frame = {type: "object", run, round, group, member, reason: "invalid"};
    return [...effects, ...say([event.from], objection)];
  };
}

const leaderOf = ({event}: Scene): string => (event.type === "frame" ? event.from : "");

function groupIn({event}: Scene): string | null {
  return event.type === "frame" && event.frame.type === "start" ? groupOf(event.frame) : null;
}

describe("an objection at each start", () => {
  const targets = {
    "the same honest member": () => "member-a",
    "one honest member after the other": (scene: Scene, trial: number, members: string[]) => {
      const honest = members.filter((member) => member !== scene.setup.self && member !== leaderOf(scene));
      return honest[trial % honest.length] ?? "";
    },
    "the leader": leaderOf,
  };

  it("of two liars among seven, in turn, leaves all others to mix", () => {
    const liars = ["member-b", "member-f"];
    const script = objecting((scene, trial, members) => {
      const honest = members.filter((member) => !liars.includes(member) && member !== leaderOf(scene));
      return honest[(trial + liars.indexOf(scene.setup.self)) % honest.length] ?? "";
    });
    const linkOf = () => ({...PLAIN_LINK, bytesPerMs: 2});
    const options = {n: 7, liars, script, rounds: 5, linkOf};
    const arena = runArena(options);
    expectLaws(arena);
    expectPace(arena, usualRun(options));
  });

  for (const [whom, accused] of Object.entries(targets)) {
    it(`to ${whom} costs its maker a place, and is told of with both names`, () => {
      // Transfers take so long that an objection always comes before the exchange has ended.
      const linkOf = () => ({...PLAIN_LINK, bytesPerMs: 2});
      const options = {n: 4, liars: [LIAR], script: objecting(accused), rounds: 6, linkOf};
      const arena = runArena(options);
      expectLaws(arena);
      expectPace(arena, usualRun(options));
      const objections = arena.world.reports.flatMap(({report}) =>
        report.kind === "objection" ? [report] : [],
      );
      expect(objections.length).toBeGreaterThan(0);
      for (const {by} of objections) expect(by).toBe(LIAR);
      // A handful a round, not hundreds.
      expect(objections.length).toBeLessThanOrEqual(4 * 6);
    });
  }
});

describe("a member that starts twice in a ballot, differently", () => {
  it("costs its ballot at most", () => {
    const script: Script = ({effects, setup}) =>
      effects.flatMap((effect) => {
        if (effect.type !== "send" || effect.frame.type !== "start") return [effect];
        const {frame} = effect;
        const isHalf = othersOf(setup).indexOf(effect.to) % 2 === 0;
        const fewer = {
          ...frame,
          participants: frame.participants.filter(({member}) => member !== "member-a"),
        };
        return [{...effect, frame: isHalf ? fewer : frame}];
      });
    const options = {n: 4, liars: [LIAR], script, rounds: 8};
    const arena = runArena(options);
    expectLaws(arena);
    expectPace(arena, usualRun(options));
  });
});

describe("a member that withholds what others wait for", () => {
  for (const type of ["vote", "propose", "start", "summed", "timeout", "ready"] as const) {
    it(`its ${type} frames, ends no run`, () => {
      const script: Script = ({effects}) =>
        effects.filter((effect) => effect.type !== "send" || effect.frame.type !== type);
      const options = {n: 4, liars: [LIAR], script, rounds: 8};
      const arena = runArena(options);
      expectLaws(arena);
      expectPace(arena, usualRun(options));
    });
  }

  it("its bytes, ends no run", () => {
    const script: Script = ({effects}) => effects.filter(({type}) => type !== "publish-contribution");
    const options = {n: 4, liars: [LIAR], script, rounds: 8};
    const arena = runArena(options);
    expectLaws(arena);
    expectPace(arena, usualRun(options));
  });

  it("its starts, has the others say once or twice that they give the ballot up", () => {
    let heard = 0;
    const script: Script = ({event, effects}) => {
      if (event.type === "frame" && event.frame.type === "timeout") heard += 1;
      return effects.filter((effect) => effect.type !== "send" || effect.frame.type !== "start");
    };
    const linkOf = () => ({...PLAIN_LINK, bytesPerMs: 2});
    const members = Array.from({length: 7}, (_, index) => memberName(index));
    const leader = leaderOrder(sha256, RUN, 0, members).leaderOf(0);
    runArena({n: 7, liars: [leader], script, rounds: 1, linkOf});
    expect(heard).toBeGreaterThanOrEqual(6);
    expect(heard).toBeLessThanOrEqual(2 * 6);
  });
});

describe("a member that leaves questions for its bytes open", () => {
  const rule = {rule: "trimmed-mean", faulty: 1, adaptiveClipping: false, nearestNeighbours: false} as const;
  const settings = {
    "in one chunk": {},
    "in several chunks": {values: 20_000},
    "under a robust rule": {mixing: {kind: "robust", rule}} as const,
  };
  const askers = {
    everyone: () => true,
    "one member": (asker: string) => asker === "member-c",
  };
  for (const [how, setting] of Object.entries(settings)) {
    for (const [whom, leavesOpen] of Object.entries(askers)) {
      it(`of ${whom}, ${how}, costs each round one attempt at most`, () => {
        const options = {n: 4, liars: [LIAR], rounds: 6, ...setting};
        const arena = runArena({...options, leavesOpen});
        if (!("mixing" in setting)) expectLaws(arena);
        expectPace(arena, usualRun(options));
        const named = arena.world.reports.flatMap(({report}) =>
          report.kind === "objection" ? [[report.member, report.by]] : [],
        );
        expect(named.length).toBeGreaterThan(0);
        for (const pair of named) expect(pair).toContain(LIAR);
      });
    }
  }
});
