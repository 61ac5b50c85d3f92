import {lockFault} from "../certificate.ts";
import {objectTo} from "../exchange/exchange.ts";
import {missedInVain} from "../exchange/missing-words.ts";
import {type FrameOf, type Lock, MOST_TRIALS} from "../frames.ts";
import {blockingSize, type MemberId} from "../quorum.ts";
import {attemptMs} from "./attempt-time.ts";
import {considerStart, onStart} from "./gathering.ts";
import {armPatience} from "./patience.ts";
import {onPropose} from "./proposals.ts";
import {others, quorumOf, type RoundContext, report, sendTo} from "./round-state.ts";
import {forgetOldBodies, learnLock} from "./voting.ts";

/*
 * The passage of a round from one leader to the next. A member that has waited long enough gives the ballot
 * up and tells all, with the highest lock it knows. The next ballot begins when a quorum has given one up. No
 * member therefore moves the others by its word alone, and ballots go up by one at a time. Yin et al.,
 * HotStuff, PODC 2019, section 4.4, with the timeouts of Baudet et al., State machine replication in the
 * Libra blockchain, 2019, section 3.5.
 */

/**
 * Gives up the present ballot if a quorum is in reach; otherwise repeats that this member is ready, and
 * waits.
 */
export function giveUp(context: RoundContext): void {
  const {state} = context;
  const {setup} = state;
  if (state.decided !== null) return;
  const isQuorumReady = state.quorumReadyAtMs !== null;
  if (!isQuorumReady || state.linked.size + 1 < quorumOf(context)) {
    // A member that missed the word can count this one in now; a member past the round answers with its
    // certificate.
    repeatReady(context, others(context));
    const known = isQuorumReady ? state.linked : state.ready;
    const missing = others(context).filter((member) => !known.has(member));
    report(context, {kind: "waiting", round: setup.round, missing});
    context.emit({type: "arm", timer: "patience", afterMs: setup.limits.maximumMs});
    // The leader's time begins when a quorum is in reach.
    state.watch = null;
    return;
  }
  giveUpBallot(context, state.ballot);
  // A word lost on a link is repeated.
  const isWaiting = state.lead === null || state.lead.phase === "gathering";
  if (state.decided === null && isWaiting && state.watch === null)
    context.emit({type: "arm", timer: "patience", afterMs: attemptMs(context)});
}

/**
 * Names the members whose words this one still misses in the attempt of a ballot that it gives up. Members
 * that had all words, and expect a round to be short, may give up before it has asked often enough; the next
 * leader would take the same members again, and so on without end.
 */
function objectToMissing(context: RoundContext, ballot: number): void {
  const {exchange} = context.state;
  if (exchange === null || exchange.ballot !== ballot || exchange.result !== null || exchange.isBroken)
    return;
  for (const member of missedInVain(context, exchange)) objectTo(context, member, "unreachable");
}

/** Tells all that this member has given `ballot` up, and that it is present and ready. */
export function giveUpBallot(context: RoundContext, ballot: number): void {
  const {state} = context;
  objectToMissing(context, ballot);
  state.givenUp.set(state.setup.self, ballot);
  state.watch = null;
  repeatReady(context, others(context));
  sendTo(context, others(context), {type: "timeout", ballot, lock: state.lock});
  considerBallot(context);
}

/** Repeats that this member's contribution is on disk, if it is. */
function repeatReady(context: RoundContext, to: readonly MemberId[]): void {
  const {ready, setup} = context.state;
  const word = ready.get(setup.self);
  const {parent} = setup.rules;
  if (word !== undefined && parent !== null) sendTo(context, to, {type: "ready", parent, ...word});
}

/** Repeats to `to`, which may have missed it, the last ballot that this member gave up. */
export function repeatTimeout(context: RoundContext, to: MemberId): void {
  const {givenUp, lock, setup} = context.state;
  const ballot = givenUp.get(setup.self);
  if (ballot !== undefined) sendTo(context, [to], {type: "timeout", ballot, lock});
}

/**
 * Tells a member that may be behind, at intervals, because two members that are both ahead would answer each
 * other without end.
 */
function answerLate(context: RoundContext, to: MemberId): void {
  const {answeredMs, setup} = context.state;
  const lastMs = answeredMs.get(to);
  if (lastMs !== undefined && context.nowMs < lastMs + setup.limits.minimumMs) return;
  answeredMs.set(to, context.nowMs);
  repeatTimeout(context, to);
}

/** Handles a member's word that it has given a ballot up. */
export function onTimeout(context: RoundContext, from: MemberId, frame: FrameOf<"timeout">): void {
  const {state} = context;
  const {ballot, lock} = frame;
  if (ballot < state.ballot) answerLate(context, from);
  if ((state.givenUp.get(from) ?? -1) >= ballot) return;
  if (lock !== null && !takeLock(context, from, lock)) return;
  state.givenUp.set(from, ballot);
  considerBallot(context);
  // This member, when leading, may still be waiting for a member that was not known to be present.
  considerStart(context, false);
}

/**
 * Takes a lock from a member's word. @returns false if it proves nothing, which voids the rest of the word
 */
function takeLock(context: RoundContext, from: MemberId, lock: Lock): boolean {
  const {state} = context;
  const {primitives, rules, round} = state.setup;
  // A lock that is no news need not be checked.
  if (state.lock !== null && lock.ballot <= state.lock.ballot) return true;
  const reason = lock.body.round === round ? lockFault(primitives, lock, rules) : "it is of another round";
  if (reason === undefined) learnLock(context, lock);
  else report(context, {kind: "proposal-refused", round, member: from, reason});
  return reason === undefined;
}

/** The highest ballot that at least `count` members have given up; -1 if there is none. */
function givenUpBy({state}: RoundContext, count: number): number {
  const ballots = [...state.givenUp.values()].sort((a, b) => b - a);
  return ballots[count - 1] ?? -1;
}

/**
 * Joins the members that gave up if no quorum is left without them. Enters the ballot after the highest one
 * that a quorum has given up, or the one in which a quorum accepted.
 */
export function considerBallot(context: RoundContext): void {
  const {state} = context;
  if (state.decided !== null) return;
  if (state.lock !== null && state.lock.ballot > state.ballot) enterBallot(context, state.lock.ballot);
  const {self, rules} = state.setup;
  const lost = givenUpBy(context, blockingSize(rules.quorum, rules.members.length));
  const own = state.givenUp.get(self) ?? -1;
  if (lost >= state.ballot && lost > own) {
    giveUpBallot(context, lost);
    return;
  }
  const passed = givenUpBy(context, rules.quorum);
  if (passed >= state.ballot) enterBallot(context, passed + 1);
}

function enterBallot(context: RoundContext, ballot: number): void {
  const {state, nowMs} = context;
  const {order, self, round} = state.setup;
  state.ballot = ballot;
  state.watch = null;
  state.lead = null;
  state.proposal = null;
  forgetOldBodies(context);
  for (const timer of ["exchange", "deadline"] as const) context.emit({type: "disarm", timer});
  armPatience(context);
  // A member that missed the others' words of readiness has no other timer: it must ask again some day.
  if (state.quorumReadyAtMs === null && state.own !== null)
    context.emit({type: "arm", timer: "patience", afterMs: state.setup.limits.maximumMs});
  // If a lock is of this ballot, its leader's proposal is accepted already.
  if (order.leaderOf(ballot) === self && !state.excluded.has(self) && state.lock?.ballot !== ballot) {
    report(context, {kind: "took-over", round, ballot});
    state.lead = {ballot, phase: "gathering", gatheringSinceMs: nowMs, trials: 0};
    context.emit({type: "disarm", timer: "patience"});
    context.emit({type: "arm", timer: "exchange", afterMs: attemptMs(context)});
    considerStart(context, false);
  }
  const due = state.ahead.filter(({frame}) => frame.ballot <= ballot);
  state.ahead.splice(0, state.ahead.length, ...state.ahead.filter(({frame}) => frame.ballot > ballot));
  for (const {from, frame} of due) {
    if (frame.type === "start") onStart(context, from, frame);
    else onPropose(context, from, frame);
  }
}

/**
 * Handles an attempt led by this member that cannot end because a participant is out of reach or spoils it.
 * The others mix without that one, in the same ballot. Nothing has been proposed in the ballot yet, so nobody
 * can have voted.
 */
export function onAttemptBroken(context: RoundContext): void {
  const {lead: own, decided} = context.state;
  if (own?.phase !== "mixing" || decided !== null) return;
  own.phase = "gathering";
  if (own.trials < MOST_TRIALS) considerStart(context, false);
  else giveUp(context);
}

/** Handles the end of the time for the attempt or vote that this member leads. */
export function onExchangeOver(context: RoundContext): void {
  const {state} = context;
  const {lead: own, setup} = state;
  if (own === null || state.decided !== null) return;
  if (own.phase === "gathering") {
    const {ready, excluded, givenUp, strangers} = state;
    const missing = others(context).filter(
      (member) => !ready.has(member) || excluded.has(member) || (own.ballot > 0 && !givenUp.has(member)),
    );
    report(context, {kind: "waiting", round: setup.round, missing});
    context.emit({type: "arm", timer: "exchange", afterMs: attemptMs(context)});
    if (own.trials >= MOST_TRIALS) return giveUp(context);
    // The missing members may be past the round, and their certificate was lost on its way.
    repeatReady(context, others(context));
    // A failed transfer is tried again, because there are too few members without it.
    if (strangers.splice(0).length > 0) considerStart(context, false);
    return;
  }
  setup.exchanging.backOff();
  context.emit({type: "arm", timer: "exchange", afterMs: attemptMs(context)});
  giveUp(context);
}
