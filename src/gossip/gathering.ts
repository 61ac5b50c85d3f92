import {attemptMs, turnMs} from "./attempt-time.ts";
import {beginExchange} from "./begin-exchange.ts";
import {isTooLight} from "./certificate.ts";
import {endExchange, groupHash} from "./exchange.ts";
import type {FrameOf} from "./frames.ts";
import type {MemberId} from "./quorum.ts";
import {others, quorumOf, type RoundContext, report, sendTo} from "./round-state.ts";
import {bodyOf, castVote} from "./voting.ts";

/** Notes that `member` has its contribution on disk. */
export function onReady(context: RoundContext, member: MemberId, contribution: string): void {
  const {state} = context;
  state.ready.set(member, contribution);
  if (state.quorumReadyAtMs === null && state.ready.size >= state.setup.opening.members) {
    state.quorumReadyAtMs = context.nowMs;
    armPatience(context);
  }
  considerStart(context, false);
}

/** Members that can take part in an attempt that this member leads. */
function candidates({state}: RoundContext): MemberId[] {
  const {lead, setup, ready, excluded, linked, strangers} = state;
  const {self, rules} = setup;
  if (lead === null || state.own === null || !ready.has(self)) return [];
  const isPresent = (member: MemberId): boolean =>
    linked.has(member) && (lead.ballot === 0 || lead.promises.has(member));
  const present = new Set(
    rules.members.filter(
      (member) => ready.has(member) && !excluded.has(member) && (member === self || isPresent(member)),
    ),
  );
  // Two members that can not reach each other do not take part together.
  for (const {seeker, sought} of strangers)
    if (present.has(seeker) && sought !== self) present.delete(sought);
  return [...present];
}

/** Members worth waiting for: heard of since the round before and not lost; a link yet to come up is no loss. */
function awaited(context: RoundContext, present: readonly MemberId[]): MemberId[] {
  const {setup, heard, excluded} = context.state;
  return others(context).filter((member) => {
    if (present.includes(member) || excluded.has(member)) return false;
    return setup.opening.waitMs !== null || heard.has(member);
  });
}

/**
 * Starts an attempt when everyone worth waiting for is ready, or when the deadline is over.
 * @param isOverdue whether the deadline has passed
 */
export function considerStart(context: RoundContext, isOverdue: boolean): void {
  const {lead, decided} = context.state;
  if (lead === null || lead.phase !== "gathering" || decided !== null) return;
  const present = candidates(context);
  if (present.length < Math.max(context.state.minimum, quorumOf(context))) return;
  if (isOverdue || awaited(context, present).length === 0) startAttempt(context, present);
  else context.emit({type: "arm", timer: "deadline", afterMs: waitMs(context, lead.ballot)});
}

/** How long the members that are not ready are still waited for. */
function waitMs({state, nowMs}: RoundContext, ballot: number): number {
  const {limits, opening, readiness} = state.setup;
  const waitedMs = nowMs - (state.quorumReadyAtMs ?? nowMs);
  const restMs = Math.max(0, (opening.waitMs ?? readiness.timeoutMs()) - waitedMs);
  if (ballot === 0) return restMs;
  // A later ballot asks only who is alive; the slow ones were waited for in the first. But whoever leads the
  // first round gives the others the plan's time, since its first leader may be the one that is still missing.
  return Math.max(limits.minimumMs, opening.waitMs === null ? 0 : restMs);
}

function startAttempt(context: RoundContext, present: readonly MemberId[]): void {
  const {state} = context;
  const {lead, setup} = state;
  if (lead === null) return;
  lead.phase = "mixing";
  const participants = present.map((member) => ({member, contribution: state.ready.get(member) ?? ""}));
  context.emit({type: "disarm", timer: "deadline"});
  context.emit({type: "disarm", timer: "patience"});
  context.emit({type: "arm", timer: "exchange", afterMs: attemptMs(context)});
  const start = {type: "start", ballot: lead.ballot, participants} as const;
  sendTo(context, others(context), start);
  onStart(context, setup.self, {run: setup.rules.run, round: setup.round, ...start});
}

function isSound({state}: RoundContext, start: FrameOf<"start">, leader: MemberId): boolean {
  const ids = start.participants.map(({member}) => member);
  // One that was overtaken on its way must not end a later attempt.
  if (start.ballot < (state.exchange?.ballot ?? 0)) return false;
  const {rules} = state.setup;
  return (
    ids.every((id, index) => rules.members.includes(id) && (index === 0 || (ids[index - 1] ?? "") < id)) &&
    ids.length >= rules.minimumContributors &&
    ids.includes(leader)
  );
}

/** Joins the attempt that the leader of a ballot starts. */
export function onStart(context: RoundContext, leader: MemberId, start: FrameOf<"start">): void {
  const {state} = context;
  const {setup} = state;
  if (start.ballot < state.promised) {
    sendTo(context, [leader], {type: "refuse", ballot: start.ballot, promised: state.promised});
    return;
  }
  if (!isSound(context, start, leader) || state.exchange?.group === groupHash(context, start)) return;
  state.highestBallot = Math.max(state.highestBallot, start.ballot);
  const mine = start.participants.find(({member}) => member === setup.self);
  if (mine === undefined) {
    report(context, {kind: "left-out", round: setup.round});
    // What an earlier attempt of the same ballot made here is not what this one makes.
    endExchange(context);
    setup.readiness.backOff();
    return;
  }
  if (state.own === null || mine.contribution !== state.own.hash) return;
  learnReadiness(context, start);
  armPatience(context);
  beginExchange(context, leader, start);
  considerProposal(context);
}

/** Who was worth waiting for and is not in was given too little time; else this is how long it takes. */
function learnReadiness(context: RoundContext, {participants}: FrameOf<"start">): void {
  const {quorumReadyAtMs, setup} = context.state;
  const present = participants.map(({member}) => member);
  if (quorumReadyAtMs === null) return;
  if (awaited(context, present).length > 0) setup.readiness.backOff();
  else setup.readiness.observe(context.nowMs - quorumReadyAtMs);
}

/** A leader whose exchange has ended proposes its result, if enough of the weight took part. */
export function considerProposal(context: RoundContext): void {
  const {lead, exchange, setup} = context.state;
  if (lead?.phase !== "mixing" || exchange?.result == null || exchange.ballot !== lead.ballot) return;
  const {hash, weight} = exchange.result;
  const body = bodyOf(context, weight, hash);
  if (body === undefined) return;
  if (isTooLight(setup.rules, body.weight, body.peakWeight)) {
    const present = new Set(body.contributors);
    const missing = setup.rules.members.filter((member) => !present.has(member));
    report(context, {kind: "waiting", round: setup.round, missing});
    lead.phase = "gathering";
    return;
  }
  lead.phase = "voting";
  context.emit({type: "arm", timer: "exchange", afterMs: attemptMs(context)});
  castVote(context, lead.ballot, body);
}

/** How far behind the present leader this member's turn comes: 1 .. n - 1. */
function rankOf({state}: RoundContext): number {
  const {order, self} = state.setup;
  return order.nextBallot(self, state.highestBallot) - state.highestBallot;
}

/** Waits for the present leader; the longer, the later this member's own turn comes. */
export function armPatience(context: RoundContext): void {
  const {state} = context;
  const {setup} = state;
  if (state.quorumReadyAtMs === null || state.decided !== null || state.lead !== null) return;
  const leader = setup.order.leaderOf(state.highestBallot);
  const openingMs = setup.opening.waitMs ?? setup.readiness.timeoutMs();
  const isTrusted = state.linked.has(leader) && !state.excluded.has(leader);
  const trustMs = isTrusted ? openingMs + attemptMs(context) : 0;
  context.emit({type: "arm", timer: "patience", afterMs: trustMs + rankOf(context) * turnMs(context)});
}
