import {bodyHash, voteBytes} from "../certificate.ts";
import type {CertificateBody, FrameOf, Lock, VoteStep} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {decide, fetchSnapshot} from "./decision.ts";
import {isLockPast} from "./lock-rules.ts";
import {others, persist, quorumOf, type RoundContext, report, sendTo} from "./round-state.ts";

/*
 * Single-decree consensus on a round's certificate body in two votes. A member gives accept only to a body
 * that it or a quorum has verified, and commit only under a quorum's votes to accept. Yin et al., HotStuff,
 * PODC 2019, in the form of two phases (section 4.2 without the third, because ballots end by a quorum's
 * word).
 */

/** A member's step in a ballot. */
interface Ballot {
  readonly ballot: number;
  readonly step: VoteStep;
}

type VoteFrame = Omit<FrameOf<"vote">, "run" | "round">;

/** Members that voted for `body` in any ballot: each held its result. */
export function votersFor({state}: RoundContext, step: VoteStep, body: CertificateBody): MemberId[] {
  const hash = bodyHash(state.setup.primitives.hash, body);
  const fromLock =
    state.lock !== null && bodyHash(state.setup.primitives.hash, state.lock.body) === hash
      ? state.lock.votes.map(({member}) => member)
      : [];
  const heard = [...state.votes].flatMap(([key, votes]) =>
    key.endsWith(step) ? [...votes].flatMap(([member, vote]) => (vote.body === hash ? [member] : [])) : [],
  );
  return [...new Set([...fromLock, ...heard])].filter((member) => member !== state.setup.self);
}

/** Writes down this member's vote with the result; it leaves when both are on disk. */
export function castVote(context: RoundContext, {ballot, step}: Ballot, body: CertificateBody): void {
  const {state} = context;
  const {setup} = state;
  const snapshot = state.held.get(body.result);
  if (snapshot === undefined) return;
  if (step === "accept") state.accepted = {ballot, body};
  else state.committedIn = ballot;
  state.bodies.set(bodyHash(setup.primitives.hash, body), body);
  persist(
    context,
    {kind: "vote", ballot, step, body},
    {
      kind: "ballot",
      round: setup.round,
      accepted: state.accepted,
      lock: state.lock,
      committedIn: state.committedIn,
      snapshot,
    },
  );
}

/** Tells all members of the vote, which is on disk; a leader's goes as a proposal. */
export function onVotePersisted(context: RoundContext, {ballot, step}: Ballot, body: CertificateBody): void {
  const {state} = context;
  publishResult(context, body.result);
  sayVote(context, others(context), {ballot, step}, body);
  countVote(context, state.setup.self, voteFrame(context, {ballot, step}, body));
  if (step === "accept") considerCommit(context);
}

function publishResult({state, emit}: RoundContext, result: string): void {
  const snapshot = state.held.get(result);
  if (snapshot === undefined || state.published.has(snapshot.hash)) return;
  state.published.add(snapshot.hash);
  emit({type: "publish-snapshot", snapshot});
}

function sayVote(
  context: RoundContext,
  to: readonly MemberId[],
  {ballot, step}: Ballot,
  body: CertificateBody,
): void {
  const {state} = context;
  const {order, self} = state.setup;
  const frame = voteFrame(context, {ballot, step}, body);
  if (step === "commit" || order.leaderOf(ballot) !== self) return sendTo(context, to, frame);
  const proof = ballot === body.attempt ? null : proofOf(context, ballot, body);
  // Without proof it is a vote like others': its leader may have learned of a later lock on another body since.
  if (proof === null && ballot !== body.attempt) return sendTo(context, to, frame);
  sendTo(context, to, {type: "propose", ballot, body, proof, signature: frame.signature});
}

/** The votes for `body` in a ballot before, if the highest lock that this member knows is on it. */
function proofOf(
  {state}: RoundContext,
  ballot: number,
  body: CertificateBody,
): Pick<Lock, "ballot" | "votes"> | null {
  const {lock, setup} = state;
  if (lock === null || lock.ballot >= ballot) return null;
  const {hash} = setup.primitives;
  return bodyHash(hash, lock.body) === bodyHash(hash, body) ? {ballot: lock.ballot, votes: lock.votes} : null;
}

/** Repeats this member's votes to `to`, except those that are still being written. */
export function repeatVotes(context: RoundContext, to: readonly MemberId[]): void {
  const {accepted, lock, committedIn, held} = context.state;
  const votes: readonly (readonly [Ballot, CertificateBody])[] = [
    ...(accepted === null ? [] : [[{ballot: accepted.ballot, step: "accept"}, accepted.body] as const]),
    ...(lock === null || lock.ballot !== committedIn
      ? []
      : [[{ballot: lock.ballot, step: "commit"}, lock.body] as const]),
  ];
  for (const [vote, body] of votes) {
    if (!held.has(body.result) || isVoteUnderWay(context, vote)) continue;
    publishResult(context, body.result);
    sayVote(context, to, vote, body);
  }
}

function isVoteUnderWay({state}: RoundContext, {ballot, step}: Ballot): boolean {
  return [...state.persists.values()].some(
    (purpose) => purpose.kind === "vote" && purpose.ballot === ballot && purpose.step === step,
  );
}

/** This member's signed vote. */
function voteFrame({state}: RoundContext, {ballot, step}: Ballot, body: CertificateBody): VoteFrame {
  const {rules, round, primitives} = state.setup;
  const hash = bodyHash(primitives.hash, body);
  const signature = primitives.sign(voteBytes({run: rules.run, round, ballot, step, body: hash}));
  return {type: "vote", ballot, step, body: hash, signature};
}

/** Takes in another member's vote, if its signature holds. */
export function onVote(context: RoundContext, from: MemberId, frame: FrameOf<"vote">): void {
  const {rules, round, primitives} = context.state.setup;
  const {ballot, step, body, signature} = frame;
  // Votes of ballots that cannot have come yet would push out those that can.
  if (ballot > context.state.ballot + rules.members.length) return;
  if (context.state.votes.get(voteKey({ballot, step}))?.get(from)?.body === body) return;
  const content = voteBytes({run: rules.run, round, ballot, step, body});
  if (primitives.verify(from, content, signature)) countVote(context, from, frame);
}

const voteKey = ({ballot, step}: Ballot): string => `${ballot} ${step}`;

/** Counts a vote whose signature holds. */
export function countVote(context: RoundContext, from: MemberId, vote: VoteFrame): void {
  const {state} = context;
  const {ballot, step, body, signature} = vote;
  const key = voteKey(vote);
  const votes = state.votes.get(key) ?? new Map();
  const earlier = votes.get(from);
  if (earlier !== undefined && earlier.body !== body) {
    const bodies: [string, string] = [earlier.body, body];
    const signatures: [Uint8Array, Uint8Array] = [earlier.signature, signature];
    exposeLiar(context, from, {kind: "vote", ballot, step, bodies, signatures});
    return;
  }
  state.votes.set(key, votes.set(from, {body, signature}));
  forgetOldVotes(context);
  considerQuorum(context, {ballot, step}, body);
}

/** Tells people and all members of a proof that `member` lied, once. @param round the round of its words */
export function exposeLiar(
  context: RoundContext,
  member: MemberId,
  claims: FrameOf<"contradiction">["claims"],
  round: number = context.state.setup.round,
): void {
  const {equivocators, excluded, setup} = context.state;
  excluded.add(member);
  if (equivocators.has(member)) return;
  equivocators.add(member);
  report(context, {kind: "equivocation", round, member, claims});
  const frame = {type: "contradiction", run: setup.rules.run, round, member, claims} as const;
  for (const to of others(context)) context.emit({type: "send", to, frame});
}

/** Keeps the votes of the last ballots in which every member leads once. */
function forgetOldVotes({state}: RoundContext): void {
  const oldest = state.ballot - state.setup.rules.members.length;
  for (const key of state.votes.keys()) if (Number(key.split(" ")[0]) < oldest) state.votes.delete(key);
}

/** Keeps the bodies that a kept vote names, that this member voted for last, or on which it has a lock. */
export function forgetOldBodies(context: RoundContext): void {
  forgetOldVotes(context);
  const {state} = context;
  const {hash} = state.setup.primitives;
  const named = [...state.votes.values()].flatMap((votes) => [...votes.values()].map(({body}) => body));
  const own = [state.accepted?.body, state.lock?.body].flatMap((body) =>
    body === undefined ? [] : [bodyHash(hash, body)],
  );
  const kept = new Set([...named, ...own]);
  for (const body of state.bodies.keys()) if (!kept.has(body)) state.bodies.delete(body);
}

/** Commits a body with a quorum's votes to accept it, or decides the round with as many to commit it. */
function considerQuorum(context: RoundContext, {ballot, step}: Ballot, hash: string): void {
  const {state} = context;
  const body = state.bodies.get(hash);
  if (body === undefined || state.decided !== null) return;
  const votes = [...(state.votes.get(voteKey({ballot, step})) ?? [])]
    .filter(([, vote]) => vote.body === hash)
    .map(([member, {signature}]) => ({member, signature}))
    .sort((a, b) => (a.member < b.member ? -1 : 1));
  if (votes.length < quorumOf(context)) return;
  if (step === "commit") decide(context, {body, ballot, votes});
  else learnLock(context, {body, ballot, votes});
}

/** Takes in a verified lock. */
export function learnLock(context: RoundContext, lock: Lock): void {
  const {state} = context;
  if (state.lock !== null && state.lock.ballot >= lock.ballot) return;
  state.lock = lock;
  const hash = bodyHash(state.setup.primitives.hash, lock.body);
  state.bodies.set(hash, lock.body);
  // Votes to commit it may have come before its body was known.
  considerQuorum(context, {ballot: lock.ballot, step: "commit"}, hash);
  considerCommit(context);
}

/** Commits the body of the highest lock, unless its ballot is past. */
export function considerCommit(context: RoundContext): void {
  const {state} = context;
  const {lock, committedIn, decided, held} = state;
  if (lock === null || decided !== null || committedIn >= lock.ballot || isLockPast(state, lock)) return;
  if (held.has(lock.body.result)) castVote(context, {ballot: lock.ballot, step: "commit"}, lock.body);
  else fetchSnapshot(context, lock.body.result, votersFor(context, "accept", lock.body));
}
