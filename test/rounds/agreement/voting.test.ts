import {describe, expect, it} from "vitest";
import {
  considerCommit,
  countVote,
  exposeLiar,
  learnLock,
  onVote,
  votersFor,
} from "../../../src/rounds/agreement/voting.ts";
import {RUN} from "../../gossip/consortium.ts";
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
  votesOf,
} from "./member.ts";

const ONE = bodyOf(1);
const TWO = bodyOf(2);
const RESULT = resultOf(1);

describe("another's vote", () => {
  it("counts if its signature holds, and is checked once", () => {
    const round = openRound(A);
    onVote(round.context, B, {...voteOf(C, ONE)});
    expect(countedIn(round, "0 accept"), "signed by another").toEqual([]);
    expect(round.checked()).toBe(1);
    onVote(round.context, B, voteOf(B, ONE));
    onVote(round.context, B, voteOf(B, ONE));
    expect(countedIn(round, "0 accept")).toEqual([B]);
    expect(round.checked()).toBe(2);
    onVote(round.context, B, voteOf(B, ONE, {step: "commit"}));
    expect(countedIn(round, "0 commit")).toEqual([B]);
    expect(round.taken()).toEqual([]);
  });

  it("is not kept of a ballot further ahead than every member leads once", () => {
    const round = openRound(A);
    round.state.ballot = 2;
    onVote(round.context, B, voteOf(B, ONE, {ballot: 7}));
    expect(round.state.votes.size).toBe(0);
    onVote(round.context, B, voteOf(B, ONE, {ballot: 6}));
    expect([...round.state.votes.keys()]).toEqual(["6 accept"]);
  });

  it("is forgotten once every member has led since", () => {
    const round = openRound(A);
    for (const ballot of [0, 1, 2]) onVote(round.context, B, voteOf(B, ONE, {ballot}));
    round.state.ballot = 5;
    onVote(round.context, B, voteOf(B, ONE, {ballot: 5}));
    expect([...round.state.votes.keys()]).toEqual(["1 accept", "2 accept", "5 accept"]);
    round.state.ballot = 14;
    for (const ballot of [9, 10, 14]) onVote(round.context, B, voteOf(B, ONE, {ballot}));
    expect([...round.state.votes.keys()]).toEqual(["10 accept", "14 accept"]);
  });

  it("that is counted again is no lie", () => {
    const round = openRound(A);
    for (const vote of [voteOf(A, ONE), voteOf(A, ONE)]) countVote(round.context, A, vote);
    expect(round.taken()).toEqual([]);
    expect(round.state.equivocators.size).toBe(0);
  });

  it("for a second body of one ballot and step proves a lie, and the first one stands", () => {
    const round = openRound(A);
    onVote(round.context, B, voteOf(B, ONE));
    onVote(round.context, B, voteOf(B, TWO, {step: "commit"}));
    onVote(round.context, B, voteOf(B, TWO, {ballot: 1}));
    expect(round.taken(), "another step or ballot").toEqual([]);
    onVote(round.context, B, voteOf(B, TWO));
    const claims = {
      kind: "vote",
      ballot: 0,
      step: "accept",
      bodies: [nameOf(ONE), nameOf(TWO)],
      signatures: [signatureOf(B, 0, "accept", ONE), signatureOf(B, 0, "accept", TWO)],
    };
    const frame = {type: "contradiction", run: RUN, round: 0, member: B, claims};
    expect(round.taken()).toEqual([
      {type: "report", report: {kind: "equivocation", round: 0, member: B, claims}},
      ...[B, C, D].map((to) => ({type: "send", to, frame})),
    ]);
    expect(round.state.votes.get("0 accept")?.get(B)?.body).toBe(nameOf(ONE));
    expect([round.state.excluded.has(B), round.state.equivocators.has(B)]).toEqual([true, true]);
    onVote(round.context, B, voteOf(B, TWO));
    expect(round.taken(), "told once").toEqual([]);
  });

  it("of a known liar keeps it out of this round too, without another word", () => {
    const round = openRound(A);
    round.state.equivocators.add(B);
    const claims = {
      kind: "sum",
      group: "",
      chunk: 0,
      sum: "",
      parts: "",
      signature: new Uint8Array(),
    } as const;
    exposeLiar(round.context, B, claims, 3);
    expect(round.state.excluded.has(B)).toBe(true);
    expect(round.taken()).toEqual([]);
    exposeLiar(round.context, C, claims, 3);
    expect(round.taken()[0]).toMatchObject({report: {round: 3, member: C}});
  });
});

describe("a quorum's votes", () => {
  it("to accept a body lock it, and the member commits it when it holds the result", () => {
    const round = openRound(A, [RESULT]);
    round.state.bodies.set(nameOf(ONE), ONE);
    for (const member of [D, B]) onVote(round.context, member, voteOf(member, ONE));
    expect(round.state.lock).toBeNull();
    onVote(round.context, C, voteOf(C, ONE));
    expect(round.state.lock).toEqual({body: ONE, ballot: 0, votes: votesOf([B, C, D], 0, "accept", ONE)});
    expect(round.state.committedIn).toBe(0);
    expect(round.state.persists.get(1)).toEqual({kind: "vote", ballot: 0, step: "commit", body: ONE});
    expect(round.taken()).toEqual([
      {
        type: "persist",
        id: 1,
        record: {
          kind: "ballot",
          round: 0,
          accepted: null,
          lock: round.state.lock,
          committedIn: 0,
          snapshot: RESULT,
        },
      },
    ]);
  });

  it("lock a body without those for another one", () => {
    const round = openRound(A, [RESULT]);
    round.state.bodies.set(nameOf(ONE), ONE);
    onVote(round.context, D, voteOf(D, TWO));
    for (const member of [B, C]) onVote(round.context, member, voteOf(member, ONE));
    countVote(round.context, A, voteOf(A, ONE));
    expect(round.state.lock?.votes).toEqual(votesOf([A, B, C], 0, "accept", ONE));
  });

  it("change nothing once the round is decided", () => {
    const round = openRound(A, [RESULT]);
    round.state.bodies.set(nameOf(ONE), ONE);
    round.state.decided = lockOf(ONE, 0);
    for (const member of [B, C, D]) onVote(round.context, member, voteOf(member, ONE, {ballot: 1}));
    expect([round.state.lock, round.taken()]).toEqual([null, []]);
  });

  it("for different bodies, or for one that is not known, decide nothing", () => {
    const round = openRound(A, [RESULT]);
    round.state.bodies.set(nameOf(ONE), ONE);
    for (const member of [B, C]) onVote(round.context, member, voteOf(member, ONE));
    onVote(round.context, D, voteOf(D, TWO));
    countVote(round.context, A, voteOf(A, TWO));
    expect([round.state.lock, round.taken()]).toEqual([null, []]);
  });

  it("to commit a body decide the round, even before the body was known", () => {
    const round = openRound(A, [RESULT]);
    for (const member of [B, C, D]) onVote(round.context, member, voteOf(member, ONE, {step: "commit"}));
    expect(round.state.decided).toBeNull();
    learnLock(round.context, lockOf(ONE, 0));
    expect(round.state.decided).toEqual({body: ONE, ballot: 0, votes: votesOf([B, C, D], 0, "commit", ONE)});
    const written = round
      .taken()
      .flatMap((effect) => (effect.type === "persist" ? [effect.record.kind] : []));
    expect(written, "no vote of its own any more").toEqual(["certificate"]);
    onVote(round.context, A, voteOf(A, ONE));
    expect(round.taken()).toEqual([]);
  });
});

describe("a lock", () => {
  it("gives way to one of a later ballot only", () => {
    const round = openRound(A);
    learnLock(round.context, lockOf(ONE, 2));
    expect(round.state.bodies.get(nameOf(ONE))).toBe(ONE);
    for (const ballot of [1, 2]) learnLock(round.context, lockOf(TWO, ballot));
    expect(round.state.lock).toEqual(lockOf(ONE, 2));
    learnLock(round.context, lockOf(TWO, 3));
    expect(round.state.lock).toEqual(lockOf(TWO, 3));
  });

  it("is committed once, not when its ballot is past, and not after the decision", () => {
    for (const [ballot, committedIn, isCommitted] of [
      [2, -1, true],
      [2, 1, true],
      [2, 2, false],
      [3, -1, false],
      [1, -1, true],
    ] as const) {
      const round = openRound(A, [RESULT]);
      Object.assign(round.state, {ballot, committedIn, lock: lockOf(ONE, 2)});
      considerCommit(round.context);
      expect(round.taken().length > 0, `ballot ${ballot}, committed in ${committedIn}`).toBe(isCommitted);
      expect(round.state.committedIn).toBe(isCommitted ? 2 : committedIn);
    }
    const round = openRound(A, [RESULT]);
    Object.assign(round.state, {lock: lockOf(ONE, 2), decided: lockOf(ONE, 2)});
    considerCommit(round.context);
    expect(round.taken()).toEqual([]);
  });

  it("whose result is not held makes the member fetch it from one that accepted it", () => {
    const round = openRound(A);
    round.state.lock = lockOf(ONE, 0);
    considerCommit(round.context);
    const [fetch, ...more] = round.taken();
    expect(more).toEqual([]);
    expect(fetch).toMatchObject({type: "fetch", from: B, hash: RESULT.hash, total: 40});
    expect(round.state.committedIn).toBe(-1);
  });

  it("is fetched from nobody while none that accepted it is linked", () => {
    const round = openRound(A);
    onVote(round.context, D, voteOf(D, ONE, {step: "commit"}));
    for (const member of [B, C]) round.state.linked.delete(member);
    round.state.lock = lockOf(ONE, 0);
    considerCommit(round.context);
    expect(round.taken()).toEqual([]);
  });
});

describe("the voters for a body", () => {
  it("are those of its lock and those heard in any ballot, each once, without the member itself", () => {
    const round = openRound(A);
    round.state.lock = lockOf(ONE, 0);
    onVote(round.context, C, voteOf(C, ONE, {ballot: 1}));
    onVote(round.context, D, voteOf(D, ONE, {ballot: 2}));
    expect(votersFor(round.context, "accept", ONE)).toEqual([B, C, D]);
    expect(votersFor(round.context, "commit", ONE)).toEqual([B, C]);
    expect(votersFor(round.context, "accept", TWO)).toEqual([]);
    round.state.lock = null;
    expect(votersFor(round.context, "accept", ONE)).toEqual([C, D]);
  });
});
