import {lookMs} from "../agreement/attempt-time.ts";
import {type RoundContext, report, sendTo} from "../agreement/round-state.ts";
import type {FrameOf} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {isOfAttempt, noteStrangers, peersOf} from "./exchange.ts";
import type {ButterflyExchange, Exchange} from "./exchange-state.ts";
import {resendParts} from "./part-words.ts";
import {sayChallenge, sayProducts} from "./sum-check.ts";
import {ownerOf, resendSums} from "./summing.ts";

/*
 * A member whose attempt does not end looks from time to time for missing words, and asks their owners.
 * Objections name those that say nothing for too long. A later word is waited for longer than the one before
 * it. An owner that waits in turn says so, because nobody is to be blamed for that.
 */

/**
 * Number of looks after which a member is silent if it has not given the hashes of its parts, its bytes, its
 * sum or its products.
 */
const SILENT_AFTER = {parts: 3, bytes: 4, sums: 5, products: 6} as const;

/** A kind of word or bytes that this member waits for, and the members that owe it. */
interface Missing {
  readonly kind: keyof typeof SILENT_AFTER;
  readonly members: readonly MemberId[];
}

/** Looks again after a while. */
export function lookLater(context: RoundContext): void {
  context.emit({type: "arm", timer: "exchange", afterMs: lookMs(context)});
}

/** The members whose bytes this one has requested in the attempt and does not have. */
function missingBytes({state}: RoundContext, {group}: Exchange): Missing {
  const members = [...state.fetches.values()].flatMap(({purpose}) =>
    isOfAttempt(purpose, group) ? [purpose.member] : [],
  );
  return {kind: "bytes", members: [...new Set(members)]};
}

/** The members that owe this one the next word, except those that may be waiting for another themselves. */
function missingWords(context: RoundContext, exchange: ButterflyExchange): Missing {
  const {committed, words, chunks, check} = exchange;
  const peers = peersOf(context, exchange);
  const withoutParts = peers.filter((member) => !committed.has(member));
  if (withoutParts.length > 0) return {kind: "parts", members: withoutParts};
  const bytes = missingBytes(context, exchange);
  if (bytes.members.length > 0) return bytes;
  const unsaid = chunks.flatMap((_, chunk) => (words.has(chunk) ? [] : [ownerOf(exchange, chunk)]));
  const {objectors} = exchange;
  const owners = unsaid.filter((owner) => owner !== context.state.setup.self && !objectors.has(owner));
  if (owners.length > 0 || check === null) return {kind: "sums", members: owners};
  return {kind: "products", members: peers.filter((member) => !check.products.has(member))};
}

/**
 * Asks again for missing words.
 * @returns the members that were silent for too long; nobody in phases, because a member without bytes may
 * itself be waiting
 */
export function lookForMissing(context: RoundContext, exchange: Exchange): readonly MemberId[] {
  exchange.looks += 1;
  const missing = missingFrom(context, exchange);
  const {kind} = missing;
  if (exchange.kind === "butterfly" && kind !== "bytes") askAgain(context, exchange, missing);
  lookLater(context);
  return exchange.looks >= SILENT_AFTER[kind] ? answerable(context, exchange, missing) : [];
}

function missingFrom(context: RoundContext, exchange: Exchange): Missing {
  return exchange.kind === "butterfly" ? missingWords(context, exchange) : missingBytes(context, exchange);
}

/** The members that this one misses in an attempt which is given up. */
export function missedInVain(context: RoundContext, exchange: Exchange): readonly MemberId[] {
  return answerable(context, exchange, missingFrom(context, exchange));
}

/** Those of the missing members that have no excuse; none in phases, or if the line is slow. */
function answerable(
  context: RoundContext,
  exchange: Exchange,
  {kind, members}: Missing,
): readonly MemberId[] {
  if (exchange.kind === "phases" || !maySpare(context, members)) return [];
  const isSum = exchange.kind === "butterfly" && kind === "sums";
  return isSum ? withoutExcuse(context, exchange, members) : members;
}

/**
 * Removes owners that name the members that they wait for, because they are not silent. An owner and a member
 * that it waits for do not take part together, as if the owner had objected. @returns the others
 */
function withoutExcuse(
  context: RoundContext,
  exchange: ButterflyExchange,
  owners: readonly MemberId[],
): readonly MemberId[] {
  const {round} = context.state.setup;
  for (const owner of owners) {
    for (const member of exchange.waiting.get(owner) ?? []) {
      exchange.isBroken = true;
      noteStrangers(context, owner, member);
      report(context, {kind: "objection", round, member, by: owner, reason: "unreachable"});
    }
  }
  return owners.filter((owner) => (exchange.waiting.get(owner) ?? []).length === 0);
}

function askAgain(context: RoundContext, exchange: ButterflyExchange, {kind, members}: Missing): void {
  const {group, ballot, trial, participants} = exchange;
  if (context.state.lead?.phase === "mixing")
    sendTo(context, members, {type: "start", ballot, trial, participants});
  sendTo(context, members, {type: "again", group});
  if (kind === "products") sayChallenge(context, exchange, members);
}

/**
 * Repeats to `peer` this member's words in the attempt, and names the members whose words or bytes it needs
 * before it can say its sum.
 */
export function onAgain(context: RoundContext, peer: MemberId): void {
  const {exchange} = context.state;
  if (exchange?.kind !== "butterfly") return;
  sayAll(context, exchange, peer);
  if (exchange.isBroken || !owesSum(context, exchange)) return;
  const {kind, members} = missingWords(context, exchange);
  const isBlocked = (kind === "parts" || kind === "bytes") && members.length > 0;
  if (isBlocked) sendTo(context, [peer], {type: "waiting", group: exchange.group, members: [...members]});
}

/** Takes in an owner's word on the members for which it waits. */
export function onWaiting(context: RoundContext, from: MemberId, {members}: FrameOf<"waiting">): void {
  const {exchange} = context.state;
  if (exchange?.kind !== "butterfly") return;
  const isParticipant = (member: MemberId): boolean =>
    member !== from && exchange.participants.some((each) => each.member === member);
  exchange.waiting.set(from, members.filter(isParticipant));
}

function owesSum({state}: RoundContext, exchange: ButterflyExchange): boolean {
  return exchange.chunks.some(
    (_, chunk) => ownerOf(exchange, chunk) === state.setup.self && !exchange.owned.has(chunk),
  );
}

function sayAll(context: RoundContext, exchange: ButterflyExchange, peer: MemberId): void {
  resendParts(context, exchange, peer);
  resendSums(context, exchange, peer);
  sayProducts(context, exchange, peer);
}

/** Tells whether a quorum is left without the members; otherwise the line is slow, not the members. */
function maySpare({state}: RoundContext, members: readonly MemberId[]): boolean {
  const {rules} = state.setup;
  return members.length <= rules.members.length - rules.quorum;
}

/**
 * Repeats to `peer`, whose link came back, the words that it may have missed of the attempt, and asks for its
 * own.
 */
export function repeatWords(context: RoundContext, peer: MemberId): void {
  const {exchange} = context.state;
  if (exchange?.kind !== "butterfly") return;
  sayAll(context, exchange, peer);
  if (exchange.result !== null || exchange.isBroken) return;
  sendTo(context, [peer], {type: "again", group: exchange.group});
  if (exchange.check?.products.has(peer) === false) sayChallenge(context, exchange, [peer]);
}
