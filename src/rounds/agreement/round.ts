import {isCoded, unreachable} from "../../core/index.ts";
import {isContradiction, verifyCertificate} from "../certificate.ts";
import {onBytes} from "../exchange/butterfly.ts";
import {goOnWithDisputes, hearClaim, missDisputedPart, onDisputedPart} from "../exchange/disputes.ts";
import {type AttemptPurpose, endExchange, noteStrangers, objectTo} from "../exchange/exchange.ts";
import {onExchangeFrame} from "../exchange/exchange-frames.ts";
import type {Exchange} from "../exchange/exchange-state.ts";
import type {FetchPurpose, OutstandingFetch} from "../exchange/fetch-purpose.ts";
import {lookForMissing} from "../exchange/missing-words.ts";
import {onPhaseMassFetched} from "../exchange/phased-exchange.ts";
import {onWhole} from "../exchange/robust-exchange.ts";
import type {FrameOf, RoundFrame} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import type {Contribution, TimerName} from "../types.ts";
import {MOST_LOOKS} from "./attempt-time.ts";
import {considerBallot, giveUp, giveUpBallot, onAttemptBroken, onExchangeOver, onTimeout} from "./ballots.ts";
import {decide, seekElsewhere, settle} from "./decision.ts";
import {considerProposal, considerStart, onReady, onStart, signReady} from "./gathering.ts";
import {considerVote, onPropose} from "./proposals.ts";
import {
  cancelFetches,
  fetchFor,
  others,
  type PersistPurpose,
  persist,
  type RoundContext,
  report,
  sendTo,
} from "./round-state.ts";
import {considerCommit, exposeLiar, onVote, onVotePersisted, repeatVotes} from "./voting.ts";

/**
 * Number of times that an attempt asks a linked member for the same bytes. Each attempt has up to n(n - 1)
 * transfers, all of which must succeed. With one in twenty failing, 132 transfers tried once succeed one time
 * in 870; tried three times, they succeed 60 times in 61.
 */
const MOST_TRANSFERS = 3;

/** Takes this member's finished work for the round: writes it down, then announces it. */
export function contribute(context: RoundContext, contribution: Contribution): void {
  const {state} = context;
  if (state.decided !== null || state.own !== null) return;
  state.own = contribution;
  persist(context, {kind: "contribution"}, {kind: "contribution", round: state.setup.round, contribution});
}

function announce(context: RoundContext): void {
  const {own, setup, decided} = context.state;
  const {parent} = setup.rules;
  if (own === null || decided !== null || parent === null) return;
  const word = signReady(context, own.hash);
  context.emit({type: "publish-contribution", contribution: own});
  sendTo(context, others(context), {type: "ready", parent, ...word});
  context.emit({type: "arm", timer: "patience", afterMs: setup.limits.maximumMs});
  onReady(context, setup.self, word);
  repeatVotes(context, others(context));
}

/** Goes on when a write has reached the disk. */
export function onPersisted(context: RoundContext, purpose: PersistPurpose): void {
  switch (purpose.kind) {
    case "contribution":
      return announce(context);
    case "vote":
      return onVotePersisted(context, purpose, purpose.body);
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
  if (state.decided !== null && frame.type !== "certificate" && frame.type !== "contradiction") return;
  if (isLeaderFrame(frame) && !mayLead(context, from, frame.ballot)) return;
  switch (frame.type) {
    case "ready":
      return onReady(context, from, {contribution: frame.contribution, signature: frame.signature});
    case "timeout":
      return onTimeout(context, from, frame);
    case "start":
      return onStart(context, from, frame);
    case "parts":
    case "summed":
    case "challenge":
    case "products":
    case "again":
    case "waiting":
    case "mass":
      onExchangeFrame(context, from, frame);
      return considerOutcome(context);
    case "object":
      return onObject(context, from, frame);
    case "propose":
      onPropose(context, from, frame);
      return considerBallot(context);
    case "vote":
      onVote(context, from, frame);
      return considerBallot(context);
    case "contradiction":
      return onContradiction(context, from, frame);
    case "certificate":
      return onCertificate(context, frame);
    case "ask":
      return undefined;
    default:
      return unreachable(frame);
  }
}

function isLeaderFrame(frame: RoundFrame): frame is FrameOf<"start" | "propose"> {
  return frame.type === "start" || frame.type === "propose";
}

function mayLead({state}: RoundContext, member: MemberId, ballot: number): boolean {
  return state.setup.order.leaderOf(ballot) === member && !state.excluded.has(member);
}

function onObject(context: RoundContext, from: MemberId, frame: FrameOf<"object">): void {
  const {exchange, lead, setup} = context.state;
  if (exchange?.group !== frame.group) return;
  const takesPart = (member: MemberId): boolean =>
    exchange.participants.some((participant) => participant.member === member);
  const {member, reason} = frame;
  if (member === from || !takesPart(from) || !takesPart(member) || exchange.objectors.has(from)) return;
  exchange.objectors.add(from);
  // Its word alone is no proof: its claim about another costs that one, and then itself, a place.
  noteStrangers(context, from, member);
  report(context, {kind: "objection", round: setup.round, member, by: from, reason});
  if (lead?.phase === "mixing") onAttemptBroken(context);
}

/** Takes in a proof against a member, whatever its round: a member that has gone on is still liable. */
function onContradiction(
  context: RoundContext,
  from: MemberId,
  {round, member, claims}: FrameOf<"contradiction">,
): void {
  const {setup, equivocators} = context.state;
  const {rules, primitives} = setup;
  if (equivocators.has(member) || !rules.members.includes(member)) return;
  if (claims.kind === "sum" || claims.kind === "products") {
    if (round === setup.round) hearClaim(context, from, member, claims);
  } else if (isContradiction(primitives, {run: rules.run, round}, member, claims)) {
    exposeLiar(context, member, claims, round);
    goOnWithDisputes(context);
  }
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
    if (!holdSnapshot(context, bytes)) missSnapshot(context);
    else if (state.decided === null) voteAgain(context);
    else settle(context);
    return;
  }
  if (purpose.kind === "disputed") return onDisputedPart(context, purpose, bytes);
  if (state.exchange?.group !== purpose.group) return;
  onExchanged(context, purpose, bytes);
  goOnWithDisputes(context);
  considerOutcome(context);
}

/** Goes on with the outcome of an attempt. */
function considerOutcome(context: RoundContext): void {
  const {exchange, lead} = context.state;
  if (exchange?.isBroken === true && lead?.phase === "mixing") return onAttemptBroken(context);
  considerProposal(context);
  considerVote(context);
}

function onExchanged(context: RoundContext, purpose: AttemptPurpose, bytes: Uint8Array): void {
  switch (purpose.kind) {
    case "part":
    case "opened":
    case "sum":
      return onBytes(context, purpose, bytes);
    case "mass":
      return onPhaseMassFetched(context, purpose, bytes);
    default:
      return onWhole(context, purpose.member, bytes);
  }
}

/** Keeps a fetched result. @returns false if the bytes are not a result of this run */
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

/**
 * Handles a peer's failure to deliver: while linked it is asked again; after that it counts as out of reach.
 */
export function onFetchFailed(context: RoundContext, {purpose, bytes, failures}: OutstandingFetch): void {
  const {state} = context;
  if (purpose.kind === "snapshot") return missSnapshot(context);
  if (purpose.kind !== "disputed" && state.exchange?.group !== purpose.group) return;
  if (failures + 1 < MOST_TRANSFERS && state.linked.has(purpose.member)) {
    return fetchFor(context, purpose, bytes, failures + 1);
  }
  if (purpose.kind === "disputed") return missDisputedPart(context, purpose);
  objectTo(context, purpose.member, "unreachable");
  if (state.lead?.phase === "mixing") onAttemptBroken(context);
  else considerVote(context);
}

/** Handles a round's result that did not come, or did not match its name. */
function missSnapshot(context: RoundContext): void {
  const {state} = context;
  state.failedFetches += 1;
  if (state.decided !== null)
    context.emit({type: "arm", timer: "patience", afterMs: state.setup.limits.minimumMs});
  // Another holder may have it; a member that finds none waits for the certificate.
  else if (state.failedFetches < MOST_TRANSFERS * state.setup.rules.members.length) voteAgain(context);
}

function voteAgain(context: RoundContext): void {
  considerVote(context);
  considerCommit(context);
}

/** Handles a timer that has run out. */
export function onTimer(context: RoundContext, timer: Exclude<TimerName, "catch-up">): void {
  if (timer === "deadline") return considerStart(context, true);
  if (timer === "exchange") return onExchangeTimer(context);
  const {decided, lead} = context.state;
  if (decided !== null) return seekElsewhere(context);
  // Patience applies to another's lead.
  if (lead?.phase === "mixing" || lead?.phase === "voting") return undefined;
  return giveUp(context);
}

/** Looks for missing words in an attempt, or ends a leader's attempt or vote that took too long. */
function onExchangeTimer(context: RoundContext): void {
  const {lead, decided} = context.state;
  const {exchange} = context.state;
  const isMixing = decided === null && (lead === null || lead.phase === "mixing");
  const isOver = exchange === null || exchange.isBroken || exchange.looks >= MOST_LOOKS;
  if (!isMixing || isOver || exchange.result !== null) return onExchangeOver(context);
  return objectToSilent(context, exchange, lookForMissing(context, exchange));
}

function objectToSilent(context: RoundContext, exchange: Exchange, silent: readonly MemberId[]): void {
  const {group, leader, isBroken} = exchange;
  const {setup, proposal, ballot} = context.state;
  if (silent.length === 0 && !isBroken) return undefined;
  setup.exchanging.backOff();
  for (const member of silent) objectTo(context, member, "unreachable");
  // A leader that has proposed, or is silent itself, starts nothing more in its ballot.
  if (proposal?.body.group === group || silent.includes(leader)) return giveUpBallot(context, ballot);
  return considerOutcome(context);
}

/** Frees everything that the round still holds, which is useless after its certificate. */
export function closeRound(context: RoundContext): void {
  endExchange(context);
  cancelFetches(context, ({kind}) => kind === "disputed");
  const {own, ready, setup, published, decided} = context.state;
  for (const hash of published) if (hash !== decided?.body.result) context.emit({type: "withdraw", hash});
  if (own !== null && ready.has(setup.self)) context.emit({type: "withdraw", hash: own.hash});
}
