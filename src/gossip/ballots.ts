import {attemptMs} from "./attempt-time.ts";
import type {FrameOf} from "./frames.ts";
import {armPatience, considerStart} from "./gathering.ts";
import type {MemberId} from "./quorum.ts";
import {type Lead, others, persist, quorumOf, type RoundContext, report, sendTo} from "./round-state.ts";
import type {Accepted} from "./types.ts";
import {considerVote} from "./voting.ts";

/*
 * Single-decree consensus on a round's certificate body: Lamport, The part-time parliament, ACM TOCS 16(2), 1998,
 * in the form of Paxos made simple (2001), section 2.2. Ballot 0 needs no promises: no ballot is below it.
 */

/** Takes the lead with the next ballot of this member's, if a majority is in reach. */
export function takeLead(context: RoundContext): void {
  const {state} = context;
  const {setup} = state;
  if (state.decided !== null) return;
  const isQuorumReady = state.quorumReadyAtMs !== null;
  const isExcluded = state.excluded.has(setup.self);
  if (isExcluded || !isQuorumReady || state.linked.size + 1 < quorumOf(context)) {
    // Who missed it can count this member in now; who is past the round answers with its certificate.
    repeatReady(context, others(context));
    if (isExcluded) {
      context.emit({type: "arm", timer: "patience", afterMs: setup.limits.maximumMs});
      return;
    }
    const missing = others(context).filter(
      (member) => !(isQuorumReady ? state.linked : state.ready).has(member),
    );
    report(context, {kind: "waiting", round: setup.round, missing});
    context.emit({type: "arm", timer: "patience", afterMs: setup.limits.maximumMs});
    return;
  }
  const ballot = setup.order.nextBallot(setup.self, Math.max(state.highestBallot, state.promised));
  report(context, {kind: "took-over", round: setup.round, ballot});
  state.lead = {ballot, phase: "promising", promises: new Map()};
  state.highestBallot = ballot;
  context.emit({type: "disarm", timer: "patience"});
  context.emit({type: "disarm", timer: "deadline"});
  context.emit({type: "arm", timer: "exchange", afterMs: attemptMs(context)});
  promise(context, ballot);
}

/** Says again that this member's contribution is on disk, if it is. */
function repeatReady(context: RoundContext, to: readonly MemberId[]): void {
  const {ready, setup} = context.state;
  const contribution = ready.get(setup.self);
  if (contribution !== undefined) sendTo(context, to, {type: "ready", contribution});
}

function promise(context: RoundContext, ballot: number): void {
  const {state} = context;
  state.promised = ballot;
  persist(
    context,
    {kind: "promise", ballot},
    {kind: "ballot", round: state.setup.round, promised: ballot, accepted: state.accepted, snapshot: null},
  );
}

/** The promise is on disk: its leader asks for others', a follower answers. */
export function onPromisePersisted(context: RoundContext, ballot: number): void {
  const {state} = context;
  const {order, self} = state.setup;
  if (ballot !== state.promised || state.decided !== null) return;
  const leader = order.leaderOf(ballot);
  if (leader !== self) {
    // Without it the leader could not begin, had the first word been lost.
    repeatReady(context, [leader]);
    sendTo(context, [leader], {type: "promise", ballot, accepted: state.accepted});
  } else if (state.lead?.ballot === ballot) {
    sendTo(context, others(context), {type: "prepare", ballot});
    onPromise(context, self, ballot, state.accepted);
  }
}

/** Promises a leader to vote in no lower ballot, and tells what it voted for before. */
export function onPrepare(context: RoundContext, leader: MemberId, {ballot}: FrameOf<"prepare">): void {
  const {state} = context;
  if (ballot < state.promised) {
    sendTo(context, [leader], {type: "refuse", ballot, promised: state.promised});
    return;
  }
  state.highestBallot = Math.max(state.highestBallot, ballot);
  state.lead = null;
  context.emit({type: "disarm", timer: "exchange"});
  context.emit({type: "disarm", timer: "deadline"});
  promise(context, ballot);
  armPatience(context);
}

/** Counts a promise; with a majority the leader adopts what may have been chosen, or gathers anew. */
export function onPromise(
  context: RoundContext,
  from: MemberId,
  ballot: number,
  accepted: Accepted | null,
): void {
  const {state} = context;
  const {lead} = state;
  if (lead === null || lead.ballot !== ballot || state.decided !== null) return;
  // What a liar says that it voted for need not have been chosen by anyone.
  if (state.excluded.has(from)) return;
  lead.promises.set(from, accepted);
  if (lead.phase === "promising" && lead.promises.size >= quorumOf(context)) {
    lead.phase = "gathering";
    adoptHighest(context);
  }
  considerStart(context, false);
}

/** A leader must propose the body of the highest ballot that its majority voted in, if any did. */
function adoptHighest(context: RoundContext): void {
  const {lead} = context.state;
  if (lead === null) return;
  let highest: {readonly from: MemberId; readonly accepted: Accepted} | undefined;
  for (const [from, accepted] of lead.promises) {
    if (accepted !== null && accepted.ballot > (highest?.accepted.ballot ?? -1)) highest = {from, accepted};
  }
  if (highest === undefined) return;
  const {body} = highest.accepted;
  lead.phase = "voting";
  context.state.proposal = {ballot: lead.ballot, body, from: highest.from};
  considerVote(context);
}

/** A follower has promised a higher ballot: this member follows from now on. */
export function onRefuse(context: RoundContext, frame: FrameOf<"refuse">): void {
  const {state} = context;
  if (state.lead === null || state.lead.ballot !== frame.ballot || frame.promised <= frame.ballot) return;
  state.highestBallot = Math.max(state.highestBallot, frame.promised);
  state.lead = null;
  context.emit({type: "disarm", timer: "exchange"});
  context.emit({type: "disarm", timer: "deadline"});
  armPatience(context);
}

/** An attempt this member leads cannot end, or took too long: ask again who is alive. */
export function onExchangeOver(context: RoundContext): void {
  const {state} = context;
  const {lead, setup} = state;
  if (lead === null || state.decided !== null) return;
  if (lead.phase === "promising" || lead.phase === "gathering") {
    askAgain(context, lead);
    return;
  }
  setup.exchanging.backOff();
  state.lead = null;
  takeLead(context);
}

/**
 * The same ballot again: those who answered have promised it, those who did not, or are not known to be ready, may
 * have lost the question. A transfer that failed is tried again, as there are too few members without it.
 */
function askAgain(context: RoundContext, {ballot, promises}: Lead): void {
  const {ready, excluded, setup, strangers} = context.state;
  const unheard = others(context).filter((member) => !promises.has(member) || !ready.has(member));
  if (ballot > 0) sendTo(context, unheard, {type: "prepare", ballot});
  const missing = others(context).filter((member) => unheard.includes(member) || excluded.has(member));
  report(context, {kind: "waiting", round: setup.round, missing});
  context.emit({type: "arm", timer: "exchange", afterMs: attemptMs(context)});
  if (strangers.splice(0).length > 0) considerStart(context, false);
}
