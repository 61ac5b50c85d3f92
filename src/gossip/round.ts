import {isCoded, unreachable} from "../core/index.ts";
import {onExchangeOver, onPrepare, onPromise, onPromisePersisted, onRefuse, takeLead} from "./ballots.ts";
import {onPart, onSum, onSummed, resendSums} from "./butterfly.ts";
import {verifyCertificate} from "./certificate.ts";
import {endExchange, objectTo} from "./exchange.ts";
import type {FrameOf, RoundFrame} from "./frames.ts";
import {armPatience, considerProposal, considerStart, onReady, onStart} from "./gathering.ts";
import {onMass, onMassFetched, resendMasses} from "./phased-exchange.ts";
import type {MemberId} from "./quorum.ts";
import {onWhole} from "./robust-exchange.ts";
import {
  cancelFetches,
  type FetchPurpose,
  others,
  type PersistPurpose,
  persist,
  type RoundContext,
  sendTo,
} from "./round-state.ts";
import type {Contribution, TimerName} from "./types.ts";
import {
  considerVote,
  decide,
  onPropose,
  onVote,
  onVotePersisted,
  seekElsewhere,
  settle,
  voteFrame,
} from "./voting.ts";

/** This member's own work for the round is done: it is written down, then announced. */
export function contribute(context: RoundContext, contribution: Contribution): void {
  const {state} = context;
  if (state.decided !== null || state.own !== null) return;
  state.own = contribution;
  persist(context, {kind: "contribution"}, {kind: "contribution", round: state.setup.round, contribution});
}

function announce(context: RoundContext): void {
  const {own, setup, decided, accepted, held} = context.state;
  if (own === null || decided !== null) return;
  context.emit({type: "publish-contribution", contribution: own});
  sendTo(context, others(context), {type: "ready", contribution: own.hash});
  context.emit({type: "arm", timer: "patience", afterMs: setup.limits.maximumMs});
  onReady(context, setup.self, own.hash);
  const voted = accepted === null ? undefined : held.get(accepted.body.result);
  // A vote that is still being written is sent when it is on disk, not before.
  if (accepted === null || voted === undefined || isVoteUnderWay(context, accepted.ballot)) return;
  onVotePersisted(context, accepted.ballot, accepted.body);
}

/** Goes on when a write has reached the disk. */
export function onPersisted(context: RoundContext, purpose: PersistPurpose): void {
  switch (purpose.kind) {
    case "contribution":
      return announce(context);
    case "promise":
      return onPromisePersisted(context, purpose.ballot);
    case "vote":
      return onVotePersisted(context, purpose.ballot, purpose.body);
    case "certificate":
      // The session takes over: the round is past.
      return undefined;
    default:
      return unreachable(purpose);
  }
}

/** Handles a frame of this round from a linked member. */
export function onFrame(context: RoundContext, from: MemberId, frame: RoundFrame): void {
  const {state} = context;
  state.heard.add(from);
  if (state.decided !== null && frame.type !== "certificate") return;
  if (isLeaderFrame(frame) && !mayLead(context, from, frame.ballot)) return;
  switch (frame.type) {
    case "ready":
      return onReady(context, from, frame.contribution);
    case "prepare":
      return onPrepare(context, from, frame);
    case "promise":
      return onPromise(context, from, frame.ballot, frame.accepted);
    case "refuse":
      return onRefuse(context, frame);
    case "start":
      return onStart(context, from, frame);
    case "summed":
      return onSummed(context, from, frame);
    case "mass":
      return onMass(context, from, frame);
    case "object":
      return onObject(context, from, frame);
    case "propose":
      return onPropose(context, from, frame);
    case "vote":
      return onVote(context, from, frame);
    case "certificate":
      return onCertificate(context, frame);
    case "ask":
      return undefined;
    default:
      return unreachable(frame);
  }
}

function isLeaderFrame(frame: RoundFrame): frame is FrameOf<"prepare" | "start" | "propose"> {
  return frame.type === "prepare" || frame.type === "start" || frame.type === "propose";
}

function mayLead({state}: RoundContext, member: MemberId, ballot: number): boolean {
  return state.setup.order.leaderOf(ballot) === member && !state.excluded.has(member);
}

function onObject(context: RoundContext, from: MemberId, frame: FrameOf<"object">): void {
  const {exchange, lead, excluded, strangers, setup} = context.state;
  if (exchange?.group !== frame.group || lead?.phase !== "mixing") return;
  if (frame.reason === "unreachable") strangers.push({seeker: from, sought: frame.member});
  else if (frame.member !== setup.self) excluded.add(frame.member);
  onExchangeOver(context);
}

/** @throws GOSSIP_CERTIFICATE_INVALID */
function onCertificate(context: RoundContext, {certificate}: FrameOf<"certificate">): void {
  const {setup, decided} = context.state;
  if (decided !== null) return;
  verifyCertificate(setup.primitives, certificate, setup.rules);
  decide(context, certificate);
}

/** Takes in fetched bytes. */
export function onFetched(context: RoundContext, purpose: FetchPurpose, bytes: Uint8Array): void {
  const {state} = context;
  if (purpose.kind === "snapshot") {
    if (!holdSnapshot(context, bytes)) onFetchFailed(context, purpose);
    else if (state.decided === null) considerVote(context);
    else settle(context);
    return;
  }
  if (state.exchange?.group !== purpose.group) return;
  onExchanged(context, purpose, bytes);
  if (state.exchange.isBroken && state.lead?.phase === "mixing") return onExchangeOver(context);
  considerProposal(context);
  considerVote(context);
}

function onExchanged(
  context: RoundContext,
  purpose: Exclude<FetchPurpose, {kind: "snapshot"}>,
  bytes: Uint8Array,
): void {
  switch (purpose.kind) {
    case "part":
      return onPart(context, purpose.chunk, purpose.member, bytes);
    case "sum":
      return onSum(context, purpose.chunk, bytes);
    case "mass":
      return onMassFetched(context, purpose, bytes);
    default:
      return onWhole(context, purpose.member, bytes);
  }
}

/** Keeps a fetched result. @returns false when the bytes are none of this run's */
function holdSnapshot({state}: RoundContext, bytes: Uint8Array): boolean {
  const {spec, primitives} = state.setup;
  try {
    const expected = {layout: spec.layout, values: spec.reference.length};
    const snapshot = primitives.arithmetic.openSnapshot(primitives.hash, bytes, expected);
    state.held.set(snapshot.hash, snapshot);
    return true;
  } catch (error) {
    if (!isCoded(error)) throw error;
    return false;
  }
}

/** A peer could not deliver. */
export function onFetchFailed(context: RoundContext, purpose: FetchPurpose): void {
  const {state} = context;
  if (purpose.kind === "snapshot") {
    state.failedFetches += 1;
    context.emit({type: "arm", timer: "patience", afterMs: state.setup.limits.minimumMs});
    return;
  }
  if (state.exchange?.group !== purpose.group) return;
  objectTo(context, purpose.member, "unreachable");
  if (state.lead?.phase === "mixing") onExchangeOver(context);
  else considerVote(context);
}

/** A time is over. */
export function onTimer(context: RoundContext, timer: Exclude<TimerName, "catch-up">): void {
  if (timer === "deadline") return considerStart(context, true);
  if (timer === "exchange") return onExchangeOver(context);
  const {decided, lead} = context.state;
  if (decided !== null) return seekElsewhere(context);
  // Patience is for another's lead.
  if (lead?.phase === "mixing" || lead?.phase === "voting") return undefined;
  return takeLead(context);
}

/** A member's link is up: tell it again what it may have missed. */
export function onLinkUp(context: RoundContext, peer: MemberId): void {
  const {state} = context;
  state.linked.add(peer);
  state.heard.add(peer);
  if (state.decided !== null) return settle(context);
  const own = state.ready.get(state.setup.self);
  if (own !== undefined) sendTo(context, [peer], {type: "ready", contribution: own});
  resendLead(context, peer);
  resendSums(context, peer);
  resendMasses(context, peer);
  resendVote(context, peer);
  armPatience(context);
  return considerStart(context, false);
}

function resendLead(context: RoundContext, peer: MemberId): void {
  const {lead, exchange, promised} = context.state;
  if (lead === null) return;
  const {ballot} = lead;
  // Also while it gathers: who comes now can still take part.
  const isAsking = lead.phase === "promising" || lead.phase === "gathering";
  if (isAsking && promised === ballot) sendTo(context, [peer], {type: "prepare", ballot});
  if (lead.phase === "mixing" && exchange !== null) {
    sendTo(context, [peer], {type: "start", ballot, participants: exchange.participants});
  }
}

function isVoteUnderWay({state}: RoundContext, ballot: number): boolean {
  return [...state.persists.values()].some((purpose) => purpose.kind === "vote" && purpose.ballot === ballot);
}

function resendVote(context: RoundContext, peer: MemberId): void {
  const {accepted, lead, held, published} = context.state;
  const snapshot = accepted === null ? undefined : held.get(accepted.body.result);
  if (accepted === null || snapshot === undefined || isVoteUnderWay(context, accepted.ballot)) return;
  const {ballot, body} = accepted;
  if (!published.has(snapshot.hash)) {
    published.add(snapshot.hash);
    context.emit({type: "publish-snapshot", snapshot});
  }
  if (lead?.ballot === ballot) sendTo(context, [peer], {type: "propose", ballot, body});
  sendTo(context, [peer], voteFrame(context, ballot, body));
}

/** A member's link is down: whoever waited for it looks for another way. */
export function onLinkDown(context: RoundContext, peer: MemberId): void {
  const {state} = context;
  const {lead, exchange, setup} = state;
  state.linked.delete(peer);
  state.heard.delete(peer);
  turnFrom(context, peer);
  if (state.decided !== null) return;
  const takesPart = exchange?.participants.some(({member}) => member === peer) ?? false;
  if (lead?.phase === "mixing" && takesPart) onExchangeOver(context);
  else if (lead !== null) considerStart(context, false);
  else if (setup.order.leaderOf(state.highestBallot) === peer) armPatience(context);
}

/** Looks for the round's result elsewhere when the member that was giving it has gone. */
function turnFrom(context: RoundContext, peer: MemberId): void {
  const isFromPeer = (purpose: FetchPurpose): boolean =>
    purpose.kind === "snapshot" && purpose.member === peer;
  if (![...context.state.fetches.values()].some(isFromPeer)) return;
  cancelFetches(context, isFromPeer);
  context.state.failedFetches += 1;
  settle(context);
}

/** Frees what the round still holds: nothing of it is of use after its certificate. */
export function closeRound(context: RoundContext): void {
  endExchange(context);
  const {own, ready, setup, published, decided} = context.state;
  for (const hash of published) if (hash !== decided?.body.result) context.emit({type: "withdraw", hash});
  if (own !== null && ready.has(setup.self)) context.emit({type: "withdraw", hash: own.hash});
}
