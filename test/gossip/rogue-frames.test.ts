import {describe, expect, it} from "vitest";
import {sha256, toHex} from "../../src/core/index.ts";
import {createSession} from "../../src/gossip/index.ts";
import {isContradiction, voteBytes} from "../../src/rounds/certificate.ts";
import {type Effect, type Frame, leaderOrder, type Report, type VoteStep} from "../../src/rounds/index.ts";
import {primitivesOf, RUN} from "./consortium.ts";
import {FRAMES} from "./frame-examples.ts";
import {
  createLone,
  firstBallotOf,
  loneContribution,
  loneSetup,
  participantsOf,
  readyOf,
  SELF,
} from "./lone-member.ts";

const MEMBERS = [SELF, "member-b", "member-c"];
const common = {run: RUN, round: 0};

function voteOf(member: string, body: string, ballot = 0, step: VoteStep = "accept"): Frame {
  const signature = primitivesOf(member).sign(voteBytes({...common, ballot, step, body}));
  return {...common, type: "vote", ballot, step, body, signature};
}

const reportsIn = (effects: readonly Effect[]): Report[] =>
  effects.flatMap((effect) => (effect.type === "report" ? [effect.report] : []));

describe("a member that votes for two results in one ballot", () => {
  const [one, two] = ["11".repeat(32), "22".repeat(32)];

  it("is reported, with both signed votes as proof", () => {
    const {handle} = createLone();
    handle({type: "frame", from: "member-b", frame: voteOf("member-b", one)});
    const reports = reportsIn(handle({type: "frame", from: "member-b", frame: voteOf("member-b", two)}));
    const claims = {kind: "vote", ballot: 0, step: "accept", bodies: [one, two]};
    expect(reports).toMatchObject([{kind: "equivocation", round: 0, member: "member-b", claims}]);
    for (const report of reports) {
      if (report.kind !== "equivocation") throw new Error("it is none");
      // Anyone can check the proof, and it proves nothing of anyone else.
      const anyone = primitivesOf("anyone");
      expect(isContradiction(anyone, common, "member-b", report.claims)).toBe(true);
      expect(isContradiction(anyone, common, "member-c", report.claims)).toBe(false);
      expect(isContradiction(anyone, {...common, round: 1}, "member-b", report.claims)).toBe(false);
    }
  });

  it("is told of to all others, who need no more than the proof", () => {
    const {handle} = createLone();
    handle({type: "frame", from: "member-b", frame: voteOf("member-b", one)});
    const effects = handle({type: "frame", from: "member-b", frame: voteOf("member-b", two)});
    const proof = effects.flatMap((effect) =>
      effect.type === "send" && effect.frame.type === "contradiction" ? [effect.frame] : [],
    )[0];
    if (proof === undefined) throw new Error("the proof was not told");
    const other = createLone();
    expect(reportsIn(other.handle({type: "frame", from: "member-c", frame: proof}))).toMatchObject([
      {kind: "equivocation", member: "member-b"},
    ]);
    expect(reportsIn(other.handle({type: "frame", from: "member-c", frame: proof})), "once").toEqual([]);
    const slander: Frame = {...proof, member: "member-c"};
    expect(reportsIn(createLone().handle({type: "frame", from: "member-b", frame: slander}))).toEqual([]);
  });

  it("is one that announces two contributions, too", () => {
    const {handle} = createLone();
    handle({type: "frame", from: "member-b", frame: readyOf("member-b", one)});
    const reports = reportsIn(handle({type: "frame", from: "member-b", frame: readyOf("member-b", two)}));
    expect(reports).toMatchObject([{kind: "equivocation", member: "member-b", claims: {kind: "ready"}}]);
  });

  it("is not confused with one that repeats its vote, votes again in a later ballot, or was imitated", () => {
    const {handle} = createLone();
    const signature = new Uint8Array(32);
    const forged: Frame = {...common, type: "vote", ballot: 0, step: "accept", body: two, signature};
    const frames: [string, Frame][] = [
      ["member-b", voteOf("member-b", one)],
      ["member-b", voteOf("member-b", one)],
      ["member-b", voteOf("member-b", two, 1)],
      ["member-b", voteOf("member-b", two, 0, "commit")],
      ["member-b", forged],
      ["member-b", voteOf("member-c", two)],
      ["member-c", voteOf("member-c", two)],
    ];
    const reports = frames.flatMap(([from, frame]) => reportsIn(handle({type: "frame", from, frame})));
    expect(reports).toEqual([]);
  });
});

describe("a frame from who is no member", () => {
  it("changes nothing and is not answered, unless it asks where the others stand", () => {
    const {session, handle} = createLone();
    const before = session.view();
    for (const [name, frame] of Object.entries(FRAMES)) {
      for (const round of [0, 1]) {
        const sent: Frame = {...frame, round};
        expect(handle({type: "frame", from: "stranger", frame: sent}), `${name}, round ${round}`).toEqual([]);
      }
    }
    expect(session.view()).toEqual(before);
  });

  it("does not make it ready, whatever it claims", () => {
    const {session, handle} = createLone();
    handle({
      type: "frame",
      from: "stranger",
      frame: readyOf("stranger", "11".repeat(32)),
    });
    // Nor does a member make another one ready.
    handle({type: "frame", from: "member-c", frame: readyOf("member-b", "11".repeat(32))});
    expect(session.view().ready).toEqual([]);
    handle({type: "frame", from: "member-b", frame: readyOf("member-b", "11".repeat(32))});
    expect(session.view().ready).toEqual(["member-b"]);
  });
});

describe("a frame of another run", () => {
  it("is ignored even from a member", () => {
    const {session, handle} = createLone();
    const before = session.view();
    for (const [name, frame] of Object.entries(FRAMES)) {
      const foreign: Frame = {...frame, run: "ff".repeat(16), round: 0};
      expect(handle({type: "frame", from: "member-b", frame: foreign}), name).toEqual([]);
    }
    expect(session.view()).toEqual(before);
  });
});

describe("a member that leads a ballot which is not its own", () => {
  it("is not followed", () => {
    const order = leaderOrder(sha256, RUN, 0, MEMBERS);
    const {handle} = createLone();
    const own = loneContribution(1, 1, 1);
    handle({type: "contribute", round: 0, contribution: own});
    const participants = participantsOf([
      [SELF, own.hash],
      ["member-b", toHex(sha256(new Uint8Array(1)))],
    ]);
    for (let ballot = 0; ballot < 6; ballot++) {
      if (order.leaderOf(ballot) === "member-b") continue;
      const frame: Frame = {...common, type: "start", ballot, trial: 0, participants};
      expect(handle({type: "frame", from: "member-b", frame}), `ballot ${ballot}`).toEqual([]);
    }
  });
});

describe("a mass of a phase that the attempt does not have", () => {
  it("is ignored", () => {
    const leader = leaderOrder(sha256, RUN, 0, MEMBERS).leaderOf(0);
    const {handle} = createLone({mixing: {kind: "schedule", schedule: {name: "ring", steps: 2}}});
    const own = loneContribution(1, 1, 1);
    const contributions = MEMBERS.map((member): [string, string] => [
      member,
      member === SELF ? own.hash : "11".repeat(32),
    ]);
    const participants = participantsOf(contributions);
    const start: Frame = {...common, type: "start", ballot: 0, trial: 0, participants};
    const ready = contributions.map(([member, contribution]) => readyOf(member, contribution));
    const effects = [
      ...handle({type: "contribute", round: 0, contribution: own}),
      ...ready.slice(1).flatMap((frame, at) => handle({type: "frame", from: MEMBERS[at + 1] ?? "", frame})),
      ...(leader === SELF ? [] : handle({type: "frame", from: leader, frame: start})),
    ];
    const [mass] = effects.flatMap((effect) =>
      effect.type === "send" && effect.frame.type === "mass" ? [effect.frame] : [],
    );
    if (mass === undefined) throw new Error("no attempt has begun");
    for (const phase of [2, 3, 1000]) {
      const frame: Frame = {...mass, phase};
      expect(handle({type: "frame", from: "member-b", frame}), `phase ${phase}`).toEqual([]);
    }
    expect(handle({type: "frame", from: "member-b", frame: mass})).toMatchObject([{type: "fetch"}]);
  });
});

describe("a ballot", () => {
  const timeout = (ballot: number): Frame => ({...common, type: "timeout", ballot, lock: null});
  const said = (effects: readonly Effect[]): number[] =>
    effects.flatMap((effect) =>
      effect.type === "send" && effect.frame.type === "timeout" ? [effect.frame.ballot] : [],
    );

  it("is not given up on one member's word, however high, and with it nothing is written", () => {
    const {handle} = createLone({count: 4});
    handle({type: "contribute", round: 0, contribution: loneContribution(1, 1, 1)});
    for (const ballot of [0, 1, 7, 1000, 1_000_000]) {
      const effects = handle({type: "frame", from: "member-b", frame: timeout(ballot)});
      expect(said(effects), `ballot ${ballot}`).toEqual([]);
      expect(effects.filter(({type}) => type === "persist")).toEqual([]);
    }
  });

  it("is given up with those without whom no quorum is left, and no further than they went", () => {
    const {handle} = createLone({count: 4});
    handle({type: "contribute", round: 0, contribution: loneContribution(1, 1, 1)});
    handle({type: "frame", from: "member-b", frame: timeout(1_000_000)});
    const effects = handle({type: "frame", from: "member-c", frame: timeout(0)});
    expect(new Set(said(effects))).toEqual(new Set([0]));
  });
});

describe("a vote", () => {
  it("leaves this member only when the result is on its disk", () => {
    const setup = loneSetup();
    const self = leaderOrder(sha256, RUN, 0, setup.members).leaderOf(0);
    expect(firstBallotOf(setup.members, self)).toBe(0);
    const session = createSession({...setup, primitives: primitivesOf(SELF)});
    const own = loneContribution(1, 1, 1);
    const effects = session.handle({type: "contribute", round: 0, contribution: own}, 0);
    const kinds = effects.map((effect) => (effect.type === "send" ? effect.frame.type : effect.type));
    expect(kinds).toContain("persist");
    for (const told of ["ready", "vote", "propose"]) expect(kinds, told).not.toContain(told);
  });
});
