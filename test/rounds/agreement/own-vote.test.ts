import {describe, expect, it} from "vitest";
import {
  castVote,
  forgetOldBodies,
  onVote,
  onVotePersisted,
  repeatVotes,
} from "../../../src/rounds/agreement/voting.ts";
import type {CertificateBody} from "../../../src/rounds/index.ts";
import {
  A,
  B,
  bodyOf,
  C,
  countedIn,
  D,
  lockOf,
  nameOf,
  openRound,
  resultOf,
  signatureOf,
  voteOf,
} from "./member.ts";

const ONE = bodyOf(1);
const TWO = bodyOf(2);
/** Of the ballot that the second member leads. */
const LED = bodyOf(1, 1);
const RESULT = resultOf(1);

describe("a member's own vote", () => {
  it("is written down with the result, and not given without it", () => {
    const round = openRound(B, [RESULT]);
    castVote(round.context, {ballot: 3, step: "accept"}, TWO);
    expect([round.state.accepted, round.taken()]).toEqual([null, []]);
    castVote(round.context, {ballot: 3, step: "accept"}, ONE);
    const record = {round: 0, kind: "ballot", lock: null, committedIn: -1, snapshot: RESULT};
    expect(round.taken()).toEqual([
      {type: "persist", id: 1, record: {...record, accepted: {ballot: 3, body: ONE}}},
    ]);
    expect(round.state.persists.get(1)).toEqual({kind: "vote", ballot: 3, step: "accept", body: ONE});
    expect(round.state.bodies.get(nameOf(ONE))).toBe(ONE);
    castVote(round.context, {ballot: 3, step: "commit"}, ONE);
    expect(round.state.committedIn).toBe(3);
    expect(round.state.accepted).toEqual({ballot: 3, body: ONE});
  });

  it("leaves when it is on disk, with the result published once, and counts", () => {
    const round = openRound(B, [RESULT]);
    onVotePersisted(round.context, {ballot: 0, step: "accept"}, ONE);
    const frame = voteOf(B, ONE);
    expect(round.taken()).toEqual([
      {type: "publish-snapshot", snapshot: RESULT},
      ...[A, C, D].map((to) => ({type: "send", to, frame})),
    ]);
    expect(countedIn(round, "0 accept")).toEqual([B]);
    onVotePersisted(round.context, {ballot: 0, step: "commit"}, ONE);
    expect(round.taken().map((effect) => effect.type)).toEqual(["send", "send", "send"]);
    round.state.held.clear();
    onVotePersisted(round.context, {ballot: 2, step: "accept"}, ONE);
    const types = round.taken().map((effect) => effect.type);
    expect(types, "without a result that was let go since").toEqual(["send", "send", "send"]);
  });

  it("to accept, given after others locked its body, is followed by the one to commit", () => {
    for (const step of ["accept", "commit"] as const) {
      const round = openRound(B, [RESULT]);
      round.state.lock = lockOf(ONE, 0);
      onVotePersisted(round.context, {ballot: 0, step}, ONE);
      expect(round.taken().filter((effect) => effect.type === "persist")).toHaveLength(
        step === "accept" ? 1 : 0,
      );
    }
  });

  it("goes as a proposal if the member leads the ballot, with the lock that proves a body of before", () => {
    const later = bodyOf(1, 4);
    const proof = {ballot: 2, votes: lockOf(ONE, 2).votes};
    for (const [ballot, body, lock, expected] of [
      [4, later, lockOf(ONE, 2), {type: "propose", proof: null}],
      [4, ONE, lockOf(ONE, 2), {type: "propose", proof}],
      [4, ONE, null, {type: "vote", step: "accept"}],
      [4, ONE, lockOf(TWO, 3), {type: "vote", step: "accept"}],
      [4, ONE, lockOf(ONE, 4), {type: "vote", step: "accept"}],
      [4, ONE, lockOf(ONE, 5), {type: "vote", step: "accept"}],
      [3, ONE, lockOf(ONE, 2), {type: "vote", step: "accept"}],
    ] as const) {
      const round = openRound(A, [RESULT]);
      Object.assign(round.state, {lock, committedIn: 9});
      onVotePersisted(round.context, {ballot, step: "accept"}, body);
      const [sent] = round.taken().filter((effect) => effect.type === "send");
      const signature = signatureOf(A, ballot, "accept", body);
      expect(sent, `ballot ${ballot}`).toMatchObject({to: B, frame: {...expected, ballot, signature}});
    }
    const round = openRound(A, [RESULT]);
    onVotePersisted(round.context, {ballot: 4, step: "commit"}, ONE);
    expect(round.taken()[1]).toMatchObject({frame: {type: "vote", step: "commit"}});
  });

  it("is repeated to one that asks: the last to accept, and that to commit the lock", () => {
    const round = openRound(B, [RESULT]);
    repeatVotes(round.context, [C]);
    expect(round.taken()).toEqual([]);
    Object.assign(round.state, {accepted: {ballot: 1, body: LED}, lock: lockOf(LED, 1), committedIn: 0});
    repeatVotes(round.context, [C]);
    expect(round.taken().slice(1), "without a vote to commit the lock").toEqual([
      {type: "send", to: C, frame: expect.objectContaining({type: "propose", ballot: 1, body: LED})},
    ]);
    round.state.committedIn = 1;
    repeatVotes(round.context, [C, D]);
    const again = round.taken();
    expect(again.map((effect) => (effect.type === "send" ? [effect.to, effect.frame.type] : []))).toEqual([
      [C, "propose"],
      [D, "propose"],
      [C, "vote"],
      [D, "vote"],
    ]);
    round.state.held.clear();
    repeatVotes(round.context, [C]);
    expect(round.taken(), "a result that is no longer held").toEqual([]);
  });

  it("is not repeated before it is on disk", () => {
    const round = openRound(B, [RESULT]);
    Object.assign(round.state, {accepted: {ballot: 1, body: LED}, lock: lockOf(LED, 1), committedIn: 1});
    const stepsSaid = (): unknown[] => {
      repeatVotes(round.context, [C]);
      return round.taken().flatMap((effect) => (effect.type === "send" ? [effect.frame.type] : []));
    };
    round.state.persists.set(1, {kind: "vote", ballot: 1, step: "accept", body: LED});
    expect(stepsSaid()).toEqual(["vote"]);
    round.state.persists.set(1, {kind: "vote", ballot: 0, step: "accept", body: LED});
    expect(stepsSaid()).toEqual(["propose", "vote"]);
    round.state.persists.set(1, {kind: "certificate"});
    expect(stepsSaid()).toEqual(["propose", "vote"]);
    round.state.persists.set(1, {kind: "vote", ballot: 1, step: "commit", body: LED});
    expect(stepsSaid()).toEqual(["propose"]);
  });
});

describe("bodies", () => {
  it("are kept while a vote, the member's own word or its lock names them", () => {
    const round = openRound(A, [RESULT]);
    const bodies = [1, 2, 3, 4, 5].map((value) => bodyOf(value));
    const [voted, accepted, locked, old] = bodies as [
      CertificateBody,
      CertificateBody,
      CertificateBody,
      CertificateBody,
    ];
    for (const body of bodies) round.state.bodies.set(nameOf(body), body);
    onVote(round.context, B, voteOf(B, voted, {ballot: 4}));
    onVote(round.context, B, voteOf(B, old, {ballot: 0}));
    Object.assign(round.state, {accepted: {ballot: 0, body: accepted}, lock: lockOf(locked, 0), ballot: 5});
    forgetOldBodies(round.context);
    expect([...round.state.bodies.values()]).toEqual([voted, accepted, locked]);
  });

  it("are all let go by a member without votes, word and lock", () => {
    const round = openRound(A);
    round.state.bodies.set(nameOf(ONE), ONE);
    forgetOldBodies(round.context);
    expect(round.state.bodies.size).toBe(0);
  });
});
