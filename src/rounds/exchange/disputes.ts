import {present, toHex} from "../../core/index.ts";
import {challengeOf} from "../../parameters/index.ts";
import {cancelFetches, type RoundContext} from "../agreement/round-state.ts";
import {exposeLiar} from "../agreement/voting.ts";
import {productsBytes, sumBytes} from "../certificate.ts";
import {canonicalBytes} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {peersOf} from "./exchange.ts";
import type {CommittedAttempt, Dispute, DisputedWord} from "./exchange-state.ts";
import type {FetchPurpose} from "./fetch-purpose.ts";
import {attemptContent, ownPart, partOf, partsHash} from "./part-words.ts";
import {attemptNamed} from "./past-attempts.ts";
import {countProducts} from "./sum-check.ts";
import {fetchPart, ownerOf} from "./summing.ts";
import {areProductsOfPart, isSumOfParts} from "./verdicts.ts";

/** Tells whether `member` signed the word in that attempt, and was entitled to say it. */
function isWordOf(
  context: RoundContext,
  attempt: CommittedAttempt,
  member: MemberId,
  word: DisputedWord,
): boolean {
  const {verify} = context.state.setup.primitives;
  const content = attemptContent(context, attempt);
  if (word.kind === "sum") {
    const isOwn = word.chunk < attempt.chunks.length && ownerOf(attempt, word.chunk) === member;
    return isOwn && verify(member, sumBytes(content, word), word.signature);
  }
  const {seed, products, signature} = word;
  const isOwn = attempt.participants.some((each) => each.member === member);
  const isWhole = products.byteLength === Float64Array.BYTES_PER_ELEMENT * countProducts(context, attempt);
  return isOwn && isWhole && verify(member, productsBytes(content, seed, products), signature);
}

/*
 * A false sum and false products are proven by the parts alone. A member that hears of one therefore fetches
 * the parts from their makers and checks the signed word against them itself, even if the attempt has been
 * given up meanwhile. Nobody is named on another's word: if the parts are unavailable, or are right, the
 * claim has come to nothing.
 */

/** The purpose of a fetch of a disputed part. */
type DisputedPart = Extract<FetchPurpose, {kind: "disputed"}>;

/** Takes in `accuser`'s claim that `member` signed a lie in an attempt of this round. */
export function hearClaim(
  context: RoundContext,
  accuser: MemberId,
  member: MemberId,
  claims: DisputedWord,
): void {
  const {disputes, unproven, setup} = context.state;
  const attempt = attemptNamed(context, claims.group);
  if (attempt === undefined || member === setup.self || member === accuser) return;
  const count = unproven.get(accuser) ?? 0;
  if (count >= mostUnproven(context)) return;
  const key = toHex(setup.primitives.hash(canonicalBytes([member, claims])));
  if (disputes.has(key) || !isWordOf(context, attempt, member, claims)) return;
  unproven.set(accuser, count + 1);
  disputes.set(key, {
    accuser,
    member,
    claims,
    attempt,
    isGathering: false,
    parts: new Map(),
    sound: new Set(),
  });
  goOnWithDisputes(context);
}

/**
 * Greatest number of one member's claims that may come to nothing in a round; an honest member's unproven
 * claims concern liars only.
 */
function mostUnproven({state}: RoundContext): number {
  const {members, quorum} = state.setup.rules;
  return Math.max(1, members.length - quorum);
}

/** Ends disputes about proven liars, and begins those that may begin: one for each accuser at a time. */
export function goOnWithDisputes(context: RoundContext): void {
  const {disputes, equivocators, unproven} = context.state;
  for (const [key, {member, accuser}] of disputes) {
    if (!equivocators.has(member)) continue;
    end(context, key);
    unproven.set(accuser, present(unproven.get(accuser), "the claims of an accuser") - 1);
  }
  for (const [key, dispute] of disputes) {
    const isOfBusy = (other: Dispute): boolean => other.accuser === dispute.accuser && other.isGathering;
    if (![...disputes.values()].some(isOfBusy)) begin(context, key, dispute);
  }
}

function end(context: RoundContext, key: string): void {
  cancelFetches(context, (purpose) => purpose.kind === "disputed" && purpose.dispute === key);
  context.state.disputes.delete(key);
}

/** Requests the parts once the hashes that their makers signed are known. */
function begin(context: RoundContext, key: string, dispute: Dispute): void {
  const {attempt, claims, member} = dispute;
  if (claims.kind === "sum") {
    const parts = partsHash(context, attempt, claims.chunk);
    if (parts === null) return;
    // The owner summed parts other than those that this member knows of, so the claim cannot be checked.
    if (parts !== claims.parts) end(context, key);
    else gatherParts(context, key, dispute, claims.chunk);
  } else if (attempt.committed.has(member)) {
    dispute.isGathering = true;
    for (const chunk of attempt.chunks.keys())
      fetchPart(context, attempt, {kind: "disputed", dispute: key, chunk, member});
  }
}

function gatherParts(context: RoundContext, key: string, dispute: Dispute, chunk: number): void {
  const {self} = context.state.setup;
  const {attempt, parts} = dispute;
  dispute.isGathering = true;
  const peers = peersOf(context, attempt);
  if (peers.length < attempt.participants.length) {
    const range = present(attempt.chunks[chunk], "a chunk of the attempt");
    parts.set(self, ownPart(context, range));
  }
  for (const member of peers) fetchPart(context, attempt, {kind: "disputed", dispute: key, chunk, member});
}

/** Takes in a part in dispute; bytes other than those that its maker signed prove nothing. */
export function onDisputedPart(
  context: RoundContext,
  {dispute: key, chunk, member}: DisputedPart,
  bytes: Uint8Array,
): void {
  const dispute = context.state.disputes.get(key);
  if (dispute === undefined) return;
  const {arithmetic, hash} = context.state.setup.primitives;
  const name = present(partOf(dispute.attempt, chunk, member), "a member's word on its parts");
  const verdict = arithmetic.isNamed(hash, name, bytes)
    ? verdictOn(context, dispute, {chunk, member}, bytes)
    : "unproven";
  if (verdict === "unproven") end(context, key);
  else if (verdict === "lie") exposeLiar(context, dispute.member, dispute.claims);
  goOnWithDisputes(context);
}

/** Ends a dispute whose bytes are unavailable. */
export function missDisputedPart(context: RoundContext, {dispute}: DisputedPart): void {
  end(context, dispute);
  goOnWithDisputes(context);
}

/** The verdict on the disputed word after a further part; "open" while more parts are needed. */
function verdictOn(
  context: RoundContext,
  {attempt, claims, parts, sound}: Dispute,
  {chunk, member}: Pick<DisputedPart, "chunk" | "member">,
  bytes: Uint8Array,
): "lie" | "unproven" | "open" {
  if (claims.kind === "sum") {
    parts.set(member, bytes);
    if (parts.size < attempt.participants.length) return "open";
    return isSumOfParts(context, attempt, claims, parts) ? "unproven" : "lie";
  }
  const {seed} = claims;
  const products = new Float64Array(claims.products.slice().buffer);
  const coefficients = challengeOf(seed, context.state.setup.spec.mixed);
  if (!areProductsOfPart(context, attempt, {chunk, coefficients, products}, bytes)) return "lie";
  sound.add(chunk);
  return sound.size < attempt.chunks.length ? "open" : "unproven";
}
