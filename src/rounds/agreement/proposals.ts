import {bodyFault, bodyHash, lockFault, voteBytes} from "../certificate.ts";
import type {CertificateBody, FrameOf, Lock} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {attemptMs} from "./attempt-time.ts";
import {fetchSnapshot} from "./decision.ts";
import {isLockedOnAnother} from "./lock-rules.ts";
import {ownVerdict} from "./result-comparison.ts";
import {type Proposal, type RoundContext, report} from "./round-state.ts";
import {castVote, countVote, learnLock, votersFor} from "./voting.ts";
import {keepAhead} from "./waiting-frames.ts";

/** The body of the result that this member's exchange made. */
export function bodyOf({state}: RoundContext, weight: number, result: string): CertificateBody | undefined {
  const {rules, round} = state.setup;
  if (state.exchange === null || rules.parent === null) return undefined;
  return {
    run: rules.run,
    round,
    attempt: state.exchange.ballot,
    group: state.exchange.group,
    roster: rules.roster,
    parent: rules.parent,
    contributors: state.exchange.participants.map(({member}) => member),
    weight,
    peakWeight: Math.max(rules.previousPeak, weight),
    result,
  };
}

/** Says why a proposal is invalid, or returns undefined if it is valid. */
function proposalFault({state}: RoundContext, from: MemberId, frame: FrameOf<"propose">): string | undefined {
  const {round, rules, primitives} = state.setup;
  const {ballot, body, proof, signature} = frame;
  if (body.round !== round) return "it is of another round";
  const fault = bodyFault(body, rules);
  if (fault !== undefined) return fault;
  const hash = bodyHash(primitives.hash, body);
  const content = voteBytes({run: rules.run, round, ballot, step: "accept", body: hash});
  if (!primitives.verify(from, content, signature)) return "its proposer has not signed it";
  if (proof === null) return body.attempt === ballot ? undefined : "it is of another ballot, without proof";
  if (proof.ballot >= ballot) return "its proof is of no ballot before";
  return lockFault(primitives, {body, ...proof}, rules);
}

/** Takes in a leader's proposal; the vote follows when the result is on disk and verified or proven. */
export function onPropose(context: RoundContext, from: MemberId, frame: FrameOf<"propose">): void {
  const {state} = context;
  const {round, primitives} = state.setup;
  const {ballot, body, proof, signature} = frame;
  if (ballot > state.ballot) return keepAhead(context, from, frame);
  if (ballot < state.ballot) return undefined;
  const reason = proposalFault(context, from, frame);
  if (reason !== undefined) {
    report(context, {kind: "proposal-refused", round, member: from, reason});
    state.excluded.add(from);
    return undefined;
  }
  const hash = bodyHash(primitives.hash, body);
  state.bodies.set(hash, body);
  if (proof !== null) learnLock(context, {body, ...proof});
  state.proposal ??= {ballot, body, from, provenIn: proof?.ballot ?? null};
  // The proposal is its leader's own vote.
  countVote(context, from, {type: "vote", ballot, step: "accept", body: hash, signature});
  return considerVote(context);
}

/**
 * Accepts the current proposal if its result is held and verified or proven; otherwise waits for the result,
 * or fetches it.
 */
export function considerVote(context: RoundContext): void {
  const {proposal, held, accepted, decided, excluded} = context.state;
  if (proposal === null || decided !== null || (accepted?.ballot ?? -1) >= proposal.ballot) return;
  const {ballot, body, from} = proposal;
  // The proposer may have been proven a liar since.
  if (excluded.has(from) || !mayAccept(context, proposal)) return;
  if (held.has(body.result)) castVote(context, {ballot, step: "accept"}, body);
  else fetchSnapshot(context, body.result, votersFor(context, "accept", body).concat(from));
}

function mayAccept(context: RoundContext, proposal: Proposal): boolean {
  if (isLockedOnAnother(context.state, proposal)) return false;
  return proposal.provenIn !== null || isVerified(context, proposal);
}

/**
 * Tells whether this member's own exchange made the proposed result; a result that must be compared is
 * fetched first.
 */
function isVerified(context: RoundContext, proposal: Proposal): boolean {
  const {body, from} = proposal;
  const verdict = ownVerdict(context, body);
  if (verdict === "differs") refuseResult(context, proposal);
  else if (verdict === "to-be-compared") fetchSnapshot(context, body.result, [from]);
  return verdict === "verified";
}

function refuseResult(context: RoundContext, {body, from}: Proposal): void {
  const reason = "it differs from what was mixed here";
  report(context, {kind: "proposal-refused", round: body.round, member: from, reason});
  const {exchange, excluded} = context.state;
  context.state.proposal = null;
  // In phases, and under a robust rule, nobody else can have caused that.
  if (exchange?.kind !== "butterfly") excluded.add(from);
}

/** Proposes a lock's body again as leader, with the lock as proof. */
export function proposeLocked(context: RoundContext, lock: Lock): void {
  const {state} = context;
  state.bodies.set(bodyHash(state.setup.primitives.hash, lock.body), lock.body);
  const {self} = state.setup;
  state.proposal = {ballot: state.ballot, body: lock.body, from: self, provenIn: lock.ballot};
  context.emit({type: "arm", timer: "exchange", afterMs: attemptMs(context)});
  considerVote(context);
}
