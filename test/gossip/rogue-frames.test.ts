import {describe, expect, it} from "vitest";
import {sha256, toHex} from "../../src/core/index.ts";
import {voteBytes} from "../../src/gossip/certificate.ts";
import type {Effect, Frame, Report} from "../../src/gossip/index.ts";
import {leaderOrder} from "../../src/gossip/quorum.ts";
import {primitivesOf, RUN} from "./consortium.ts";
import {FRAMES} from "./frame-examples.ts";
import {createLone, loneContribution, SELF} from "./lone-member.ts";

const MEMBERS = [SELF, "member-b", "member-c"];
const common = {run: RUN, round: 0};

function voteOf(member: string, body: string, ballot = 0): Frame {
  const signature = primitivesOf(member).sign(voteBytes({...common, ballot, body}));
  return {...common, type: "vote", ballot, body, signature};
}

const reportsIn = (effects: readonly Effect[]): Report[] =>
  effects.flatMap((effect) => (effect.type === "report" ? [effect.report] : []));

describe("a member that votes for two results in one ballot", () => {
  const [one, two] = ["11".repeat(32), "22".repeat(32)];

  it("is reported, with both signed votes as proof", () => {
    const {handle} = createLone();
    handle({type: "frame", from: "member-b", frame: voteOf("member-b", one)});
    const reports = reportsIn(handle({type: "frame", from: "member-b", frame: voteOf("member-b", two)}));
    expect(reports).toMatchObject([{kind: "equivocation", round: 0, member: "member-b", ballot: 0}]);
    const votes = reports.flatMap((report) => (report.kind === "equivocation" ? report.votes : []));
    expect(votes.map(({body}) => body)).toEqual([one, two]);
    // Anyone can check the proof.
    for (const {body, signature} of votes) {
      const content = voteBytes({...common, ballot: 0, body});
      expect(primitivesOf("anyone").verify("member-b", content, signature), body).toBe(true);
    }
  });

  it("is not confused with one that repeats its vote, votes again in a later ballot, or was imitated", () => {
    const {handle} = createLone();
    const forged: Frame = {...common, type: "vote", ballot: 0, body: two, signature: new Uint8Array(32)};
    const frames: [string, Frame][] = [
      ["member-b", voteOf("member-b", one)],
      ["member-b", voteOf("member-b", one)],
      ["member-b", voteOf("member-b", two, 1)],
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
      frame: {...common, type: "ready", contribution: "11".repeat(32)},
    });
    expect(session.view().ready).toEqual([]);
    handle({
      type: "frame",
      from: "member-b",
      frame: {...common, type: "ready", contribution: "11".repeat(32)},
    });
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
    const participants = [SELF, "member-b"].map((member) => ({
      member,
      contribution: member === SELF ? own.hash : toHex(sha256(new Uint8Array(1))),
    }));
    for (let ballot = 0; ballot < 6; ballot++) {
      if (order.leaderOf(ballot) === "member-b") continue;
      const frames: Frame[] = [
        {...common, type: "prepare", ballot},
        {...common, type: "start", ballot, participants},
      ];
      for (const frame of frames) {
        const effects = handle({type: "frame", from: "member-b", frame});
        expect(effects, `${frame.type}, ballot ${ballot}`).toEqual([]);
      }
    }
    const ballot = order.nextBallot("member-b", 0);
    const effects = handle({type: "frame", from: "member-b", frame: {...common, type: "prepare", ballot}});
    expect(effects).toContainEqual(
      expect.objectContaining({
        type: "send",
        to: "member-b",
        frame: expect.objectContaining({type: "promise"}),
      }),
    );
  });
});

describe("a vote", () => {
  it("leaves this member only when the result and the ballot are on its disk", () => {
    const order = leaderOrder(sha256, RUN, 0, MEMBERS);
    const {session} = createLone();
    const own = loneContribution(1, 1, 1);
    const ballot = order.nextBallot("member-b", 0);
    const effects = [
      ...session.handle({type: "contribute", round: 0, contribution: own}, 0),
      ...session.handle({type: "frame", from: "member-b", frame: {...common, type: "prepare", ballot}}, 0),
    ];
    const kinds = effects.map((effect) => (effect.type === "send" ? effect.frame.type : effect.type));
    expect(kinds).toContain("persist");
    for (const told of ["ready", "promise", "vote"]) expect(kinds, told).not.toContain(told);
  });
});
