import {present} from "../../core/index.ts";
import {isReadyWord, isRosterSubset, isTooLight, readyBytes} from "../certificate.ts";
import {beginExchange, noteOthersAttempt} from "../exchange/begin-exchange.ts";
import {endExchange, groupHash} from "../exchange/exchange.ts";
import {type FrameOf, MOST_TRIALS} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {attemptMs} from "./attempt-time.ts";
import {armPatience} from "./patience.ts";
import {bodyOf, proposeLocked} from "./proposals.ts";
import {
  type Lead,
  others,
  quorumOf,
  type ReadyWord,
  type RoundContext,
  report,
  sendTo,
} from "./round-state.ts";
import {leftOutOf} from "./strangers.ts";
import {castVote, exposeLiar} from "./voting.ts";
import {keepAhead} from "./waiting-frames.ts";

/** This member's signed word on its contribution. */
export function signReady({state}: RoundContext, contribution: string): ReadyWord {
  const {rules, round, primitives} = state.setup;
  return {
    contribution,
    signature: primitives.sign(readyBytes({run: rules.run, round, contribution})),
  };
}

/** Tells whether `word` is `member`'s; two different words of one member prove that it lies. */
function isOwnWord(context: RoundContext, member: MemberId, {contribution, signature}: ReadyWord): boolean {
  const {rules, round, primitives} = context.state.setup;
  const known = context.state.ready.get(member);
  if (known?.contribution === contribution) return true;
  if (!isReadyWord(primitives, member, {run: rules.run, round, contribution, signature})) return false;
  if (known === undefined) return true;
  exposeLiar(context, member, {
    kind: "ready",
    contributions: [known.contribution, contribution],
    signatures: [known.signature, signature],
  });
  return false;
}

/** Notes that `member` has its contribution on disk, if the word is its own. */
export function onReady(context: RoundContext, member: MemberId, word: ReadyWord): void {
  if (isOwnWord(context, member, word)) noteReady(context, member, word);
}

/** Notes that `member` has its contribution on disk; its word is verified. */
export function noteReady(context: RoundContext, member: MemberId, word: ReadyWord): void {
  const {state} = context;
  state.heard.add(member);
  state.ready.set(member, word);
  if (state.quorumReadyAtMs === null && state.ready.size >= state.setup.opening.members) {
    state.quorumReadyAtMs = context.nowMs;
    armPatience(context);
  }
  considerStart(context, false);
}

/** Members that can take part in an attempt that this member leads. */
function candidates(context: RoundContext): MemberId[] {
  const {lead, setup, ready, excluded, linked, strangers, givenUp, own} = context.state;
  const {self, rules} = setup;
  if (lead === null || own === null || !ready.has(self)) return [];
  // A member that gave up the ballot before has shown that it is alive.
  const isPresent = (member: MemberId): boolean =>
    linked.has(member) && (givenUp.get(member) ?? -1) >= lead.ballot - 1;
  const reachable = new Set(
    rules.members.filter(
      (member) => ready.has(member) && !excluded.has(member) && (member === self || isPresent(member)),
    ),
  );
  // A pair with this member in it needs no weighing, whether this member found out itself or the other says
  // so.
  for (const {seeker, sought} of strangers) {
    if (seeker === self) reachable.delete(sought);
    else if (sought === self) reachable.delete(seeker);
  }
  const pairs = strangers.filter(({seeker, sought}) => reachable.has(seeker) && reachable.has(sought));
  const leftOut = leftOutOf(pairs, reachable.size - leastParticipants(context));
  return leftOut === null ? [] : [...reachable].filter((member) => !leftOut.has(member));
}

/** Least number of members for an attempt. */
function leastParticipants(context: RoundContext): number {
  return Math.max(context.state.minimum, quorumOf(context));
}

/**
 * Members worth waiting for: heard of since the round before, and neither lost nor out of reach. A link that
 * has yet to come up is no loss.
 */
function awaited(context: RoundContext, present: readonly MemberId[]): MemberId[] {
  const {setup, heard, excluded, strangers} = context.state;
  const outOfReach = new Set(strangers.flatMap(({seeker, sought}) => [seeker, sought]));
  return others(context).filter((member) => {
    if (present.includes(member) || excluded.has(member) || outOfReach.has(member)) return false;
    return setup.opening.waitMs !== null || heard.has(member);
  });
}

/**
 * Starts an attempt when everyone worth waiting for is ready, or when the deadline has passed.
 * @param isOverdue true if the deadline has passed
 */
export function considerStart(context: RoundContext, isOverdue: boolean): void {
  const {lead, decided, lock} = context.state;
  if (lead === null || lead.phase !== "gathering" || decided !== null) return undefined;
  if (lock !== null) {
    lead.phase = "voting";
    return proposeLocked(context, lock);
  }
  const present = candidates(context);
  if (present.length < leastParticipants(context)) {
    return considerStrangers(context, isOverdue);
  }
  if (isOverdue || awaited(context, present).length === 0) return startAttempt(context, present);
  return context.emit({type: "arm", timer: "deadline", afterMs: waitMs(context, lead)});
}

/** Tries members that others could not reach again after a while, if too few are left without them. */
function considerStrangers(context: RoundContext, isOverdue: boolean): void {
  const {strangers, setup} = context.state;
  const [first] = strangers;
  if (first === undefined) return;
  const restMs = first.atMs + setup.limits.minimumMs - context.nowMs;
  if (restMs > 0) {
    context.emit({type: "arm", timer: "deadline", afterMs: restMs});
    return;
  }
  strangers.length = 0;
  considerStart(context, isOverdue);
}

/**
 * Remaining wait for members that are not ready, in milliseconds. It is counted from when enough members were
 * ready or the ballot began to gather, because a member whose link comes and goes must not restart the wait
 * for all.
 */
function waitMs({state, nowMs}: RoundContext, {ballot, gatheringSinceMs}: Lead): number {
  const {limits, opening, readiness} = state.setup;
  const restOf = (waitMs: number, sinceMs: number | null): number =>
    Math.max(0, waitMs - (nowMs - (sinceMs ?? nowMs)));
  const restMs = restOf(opening.waitMs ?? readiness.timeoutMs(), state.quorumReadyAtMs);
  if (ballot === 0) return restMs;
  // A later ballot asks only members that are alive; the slow ones were waited for in the first. But any
  // leader of the first round gives the others the plan's time, since its first leader may be the one that is
  // still missing.
  return Math.max(restOf(limits.minimumMs, gatheringSinceMs), opening.waitMs === null ? 0 : restMs);
}

function startAttempt(context: RoundContext, members: readonly MemberId[]): void {
  const {state} = context;
  const {lead, setup} = state;
  if (lead === null || lead.trials >= MOST_TRIALS) return;
  lead.phase = "mixing";
  const participants = members.map((member) => ({
    member,
    ...present(state.ready.get(member), "the word of a member that takes part"),
  }));
  context.emit({type: "disarm", timer: "deadline"});
  context.emit({type: "disarm", timer: "patience"});
  context.emit({type: "arm", timer: "exchange", afterMs: attemptMs(context)});
  const start = {type: "start", ballot: lead.ballot, trial: lead.trials, participants} as const;
  lead.trials += 1;
  sendTo(context, others(context), start);
  onStart(context, setup.self, {run: setup.rules.run, round: setup.round, ...start});
}

function isSound(context: RoundContext, start: FrameOf<"start">, leader: MemberId): boolean {
  const {exchange, setup} = context.state;
  const ids = start.participants.map(({member}) => member);
  // An attempt that was overtaken on its way must not end a later one.
  if (exchange?.ballot === start.ballot && start.trial <= exchange.trial) return false;
  const {rules} = setup;
  return (
    isRosterSubset(ids, rules.members) &&
    ids.length >= rules.minimumContributors &&
    ids.includes(leader) &&
    start.participants.every(({member, ...word}) => isOwnWord(context, member, word))
  );
}

/** Joins the attempt that the leader of a ballot starts. */
export function onStart(context: RoundContext, leader: MemberId, start: FrameOf<"start">): void {
  const {state} = context;
  if (start.ballot > state.ballot) return keepAhead(context, leader, start);
  // An attempt is not begun again if a quorum has given its ballot up or this member has voted in it.
  if (start.ballot < state.ballot || state.accepted?.ballot === start.ballot) return undefined;
  const isKnown = state.exchange?.group === groupHash(context, start);
  return isKnown || !isSound(context, start, leader) ? undefined : join(context, leader, start);
}

function join(context: RoundContext, leader: MemberId, start: FrameOf<"start">): void {
  const {state} = context;
  const {setup} = state;
  const mine = start.participants.find(({member}) => member === setup.self);
  if (mine === undefined) {
    report(context, {kind: "left-out", round: setup.round});
    // The result of an earlier attempt of the same ballot is not the result of this one.
    endExchange(context);
    noteOthersAttempt(context, leader, start);
    setup.readiness.backOff();
    return;
  }
  if (state.own === null || mine.contribution !== state.own.hash) return;
  learnReadiness(context, start);
  beginExchange(context, leader, start);
  armPatience(context);
  considerProposal(context);
}

/**
 * Adapts the wait for members: lengthens it if one worth waiting for is missing, else learns from the time
 * that has passed.
 */
function learnReadiness(context: RoundContext, {participants}: FrameOf<"start">): void {
  const {quorumReadyAtMs, setup} = context.state;
  const present = participants.map(({member}) => member);
  if (quorumReadyAtMs === null) return;
  if (awaited(context, present).length > 0) setup.readiness.backOff();
  else setup.readiness.observe(context.nowMs - quorumReadyAtMs);
}

/**
 * Proposes the result if this member leads and its exchange has ended, provided that enough of the weight
 * took part.
 */
export function considerProposal(context: RoundContext): void {
  const {lead, exchange, setup, lock} = context.state;
  if (lead?.phase !== "mixing" || exchange?.result == null || exchange.ballot !== lead.ballot)
    return undefined;
  if (lock !== null) {
    lead.phase = "voting";
    return proposeLocked(context, lock);
  }
  const {hash, weight} = exchange.result;
  const body = bodyOf(context, weight, hash);
  if (body === undefined) return undefined;
  if (isTooLight(setup.rules, body.weight, body.peakWeight)) {
    const present = new Set(body.contributors);
    const missing = setup.rules.members.filter((member) => !present.has(member));
    report(context, {kind: "waiting", round: setup.round, missing});
    lead.phase = "gathering";
    return undefined;
  }
  lead.phase = "voting";
  context.emit({type: "arm", timer: "exchange", afterMs: attemptMs(context)});
  return castVote(context, {ballot: lead.ballot, step: "accept"}, body);
}
