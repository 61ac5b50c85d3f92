import {snapshotSize} from "../parameters/index.ts";
import {bodyFault, bodyHash, voteBytes} from "./certificate.ts";
import type {Certificate, CertificateBody, FrameOf} from "./frames.ts";
import type {MemberId} from "./quorum.ts";
import {compareResults} from "./result-comparison.ts";
import {
  cancelFetches,
  type FetchPurpose,
  fetchFor,
  others,
  type Proposal,
  persist,
  quorumOf,
  type RoundContext,
  report,
  sendTo,
} from "./round-state.ts";

const MAX_REMEMBERED_BALLOTS = 64;

/** Asks `member` for the snapshot `hash`, once at a time. */
export function fetchSnapshot(context: RoundContext, hash: string, member: MemberId): void {
  const isUnderWay = [...context.state.fetches.values()].some(
    (purpose) => purpose.kind === "snapshot" && purpose.hash === hash,
  );
  if (isUnderWay || !context.state.linked.has(member)) return;
  const total = snapshotSize(context.state.setup.spec.reference.length);
  fetchFor(context, {kind: "snapshot", hash, member}, {hash, total});
}

/** The body of the result that this member's exchange made. */
export function bodyOf({state}: RoundContext, weight: number, result: string): CertificateBody | undefined {
  const {rules, round} = state.setup;
  if (state.exchange === null || rules.parent === null) return undefined;
  return {
    run: rules.run,
    round,
    attempt: state.exchange.ballot,
    roster: rules.roster,
    parent: rules.parent,
    contributors: state.exchange.participants.map(({member}) => member),
    weight,
    peakWeight: Math.max(rules.previousPeak, weight),
    result,
  };
}

/** Takes in a leader's proposal; the vote follows when the result is held and on disk. */
export function onPropose(context: RoundContext, from: MemberId, frame: FrameOf<"propose">): void {
  const {state} = context;
  const {round, rules, primitives} = state.setup;
  if (frame.ballot < state.promised) {
    sendTo(context, [from], {type: "refuse", ballot: frame.ballot, promised: state.promised});
    return;
  }
  const fault = frame.body.round === round ? bodyFault(frame.body, rules) : "it is of another round";
  if (fault !== undefined) {
    report(context, {kind: "proposal-refused", round, member: from, reason: fault});
    return;
  }
  state.highestBallot = Math.max(state.highestBallot, frame.ballot);
  if (state.bodies.size >= MAX_REMEMBERED_BALLOTS) state.bodies.clear();
  state.bodies.set(bodyHash(primitives.hash, frame.body), frame.body);
  state.proposal = {ballot: frame.ballot, body: frame.body, from};
  considerVote(context);
}

/** Votes for the proposal at hand if its result is held, waits for it, or fetches it. */
export function considerVote(context: RoundContext): void {
  const {proposal, held, accepted, decided, excluded} = context.state;
  if (proposal === null || decided !== null || accepted?.ballot === proposal.ballot) return;
  const {ballot, body, from} = proposal;
  // It may have shown itself a liar since it proposed.
  if (excluded.has(from)) return;
  const outlook = outlookOf(context, proposal);
  if (outlook === "differs") {
    refuseResult(context, proposal);
  } else if (held.has(body.result)) {
    castVote(context, ballot, body);
  } else if (outlook === "elsewhere") {
    fetchSnapshot(context, body.result, from);
  }
}

function refuseResult(context: RoundContext, {ballot, body, from}: Proposal): void {
  const reason = "its result differs from the one mixed here";
  report(context, {kind: "proposal-refused", round: body.round, member: from, reason});
  const {exchange, excluded} = context.state;
  // In phases, and under a robust rule, nobody else can have brought that about.
  if (ballot === body.attempt && exchange?.kind !== "butterfly") excluded.add(from);
}

/** Whether this member's own exchange made another result than `proposal`'s, will make it, or can not. */
function outlookOf({state}: RoundContext, {ballot, body}: Proposal): "differs" | "pending" | "elsewhere" {
  const {exchange} = state;
  if (exchange === null || exchange.ballot !== body.attempt) return "elsewhere";
  const isSameGroup = exchange.participants.every(({member}, index) => member === body.contributors[index]);
  if (!isSameGroup || exchange.participants.length !== body.contributors.length) return "elsewhere";
  if (exchange.result !== null) return compareResults(state, exchange, body.result);
  return exchange.isBroken || ballot > exchange.ballot ? "elsewhere" : "pending";
}

/** Writes down this member's vote with the result; it leaves when both are on disk. */
export function castVote(context: RoundContext, ballot: number, body: CertificateBody): void {
  const {state} = context;
  const {setup} = state;
  const snapshot = state.held.get(body.result);
  if (snapshot === undefined || ballot < state.promised) return;
  state.promised = ballot;
  state.accepted = {ballot, body};
  state.bodies.set(bodyHash(setup.primitives.hash, body), body);
  persist(
    context,
    {kind: "vote", ballot, body},
    {kind: "ballot", round: setup.round, promised: ballot, accepted: {ballot, body}, snapshot},
  );
}

/** The vote is on disk: a leader proposes now, and everyone sends the vote. */
export function onVotePersisted(context: RoundContext, ballot: number, body: CertificateBody): void {
  const {state} = context;
  const {setup} = state;
  const snapshot = state.held.get(body.result);
  if (snapshot !== undefined && !state.published.has(snapshot.hash)) {
    state.published.add(snapshot.hash);
    context.emit({type: "publish-snapshot", snapshot});
  }
  if (setup.order.leaderOf(ballot) === setup.self) {
    sendTo(context, others(context), {type: "propose", ballot, body});
  }
  const frame = voteFrame(context, ballot, body);
  sendTo(context, others(context), frame);
  countVote(context, setup.self, frame);
}

/** This member's signed vote. */
export function voteFrame(
  {state}: RoundContext,
  ballot: number,
  body: CertificateBody,
): Omit<FrameOf<"vote">, "run" | "round"> {
  const {rules, round, primitives} = state.setup;
  const hash = bodyHash(primitives.hash, body);
  const signature = primitives.sign(voteBytes({run: rules.run, round, ballot, body: hash}));
  return {type: "vote", ballot, body: hash, signature};
}

/** Takes in another member's vote, if its signature holds. */
export function onVote(context: RoundContext, from: MemberId, frame: FrameOf<"vote">): void {
  const {rules, round, primitives} = context.state.setup;
  const content = voteBytes({run: rules.run, round, ballot: frame.ballot, body: frame.body});
  if (primitives.verify(from, content, frame.signature)) countVote(context, from, frame);
}

function countVote(
  context: RoundContext,
  from: MemberId,
  {ballot, body, signature}: Omit<FrameOf<"vote">, "run" | "round">,
): void {
  const {state} = context;
  const votes = state.votes.get(ballot) ?? new Map();
  const earlier = votes.get(from);
  if (earlier !== undefined && earlier.body !== body) {
    if (state.equivocators.has(from)) return;
    state.equivocators.add(from);
    report(context, {
      kind: "equivocation",
      round: state.setup.round,
      member: from,
      ballot,
      votes: [earlier, {body, signature}],
    });
    return;
  }
  state.votes.set(ballot, votes.set(from, {body, signature}));
  // A member that votes in ever new ballots must not fill the memory.
  if (state.votes.size > MAX_REMEMBERED_BALLOTS) state.votes.delete(Math.min(...state.votes.keys()));
  considerDecision(context, ballot, body);
}

/** Decides the round when a majority voted for one body in one ballot. */
export function considerDecision(context: RoundContext, ballot: number, hash: string): void {
  const {state} = context;
  const body = state.bodies.get(hash);
  const votes = [...(state.votes.get(ballot) ?? [])]
    .filter(([, vote]) => vote.body === hash)
    .map(([member, {signature}]) => ({member, signature}))
    .sort((a, b) => (a.member < b.member ? -1 : 1));
  if (body !== undefined && votes.length >= quorumOf(context)) decide(context, {body, ballot, votes});
}

/** Takes `certificate`, already verified, as the round's outcome, once its result is held. */
export function decide(context: RoundContext, certificate: Certificate): void {
  const {state} = context;
  if (state.decided !== null) return;
  state.decided = certificate;
  cancelFetches(
    context,
    (purpose) => purpose.kind !== "snapshot" || purpose.hash !== certificate.body.result,
  );
  for (const timer of ["deadline", "exchange", "patience"] as const) context.emit({type: "disarm", timer});
  settle(context);
}

/** Writes down the decided certificate, or goes on looking for its result. */
export function settle(context: RoundContext): void {
  const {state} = context;
  if (state.decided === null) return;
  const {body, votes} = state.decided;
  const snapshot = state.held.get(body.result);
  if (snapshot !== undefined) {
    const isUnderWay = [...state.persists.values()].some(({kind}) => kind === "certificate");
    if (isUnderWay) return;
    persist(context, {kind: "certificate"}, {kind: "certificate", certificate: state.decided, snapshot});
    return;
  }
  // Every voter holds the result, so any voter in reach can give it; after a failure it is another's turn.
  const holders = votes.map(({member}) => member).filter((member) => state.linked.has(member));
  const holder = holders[state.failedFetches % Math.max(1, holders.length)];
  if (holder !== undefined) fetchSnapshot(context, body.result, holder);
  // A holder that has stalled must not hold this member: its turn ends, later each time.
  const {exchanging} = state.setup;
  context.emit({
    type: "arm",
    timer: "patience",
    afterMs: exchanging.timeoutMs() * 2 ** Math.min(10, state.failedFetches),
  });
}

/** The result of a decided round has not come: another holder is asked for it. */
export function seekElsewhere(context: RoundContext): void {
  const {state} = context;
  const isSought = (purpose: FetchPurpose): boolean => purpose.kind === "snapshot";
  if ([...state.fetches.values()].some(isSought)) {
    cancelFetches(context, isSought);
    state.failedFetches += 1;
    // Those who are rounds ahead may no longer have this result.
    sendTo(context, [...state.linked], {type: "ask"});
  }
  settle(context);
}
