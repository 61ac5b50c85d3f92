import {present, toHex} from "../../core/index.ts";
import type {Chunk} from "../../parameters/index.ts";
import {others, type RoundContext, sendTo} from "../agreement/round-state.ts";
import {exposeLiar} from "../agreement/voting.ts";
import {type AttemptContent, partsBytes} from "../certificate.ts";
import {canonicalBytes, type FrameOf} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {peersOf} from "./exchange.ts";
import type {ButterflyExchange, CommittedAttempt} from "./exchange-state.ts";

/*
 * Each participant signs the hash of each part of its contribution before it mixes. Nobody can therefore give
 * different bytes to different members, an owner signs which parts it summed, and the parts themselves prove
 * a false sum.
 */

/** An attempt, as signatures name it. */
export function attemptContent(
  {state}: RoundContext,
  {group}: Pick<CommittedAttempt, "group">,
): AttemptContent {
  const {rules, round} = state.setup;
  return {run: rules.run, round, group};
}

/** The bytes of a chunk in this member's contribution. */
export function ownPart({state}: RoundContext, {offsetBytes, lengthBytes}: Chunk): Uint8Array {
  const {bytes} = present(state.own, "the contribution of a member that takes part");
  return bytes.subarray(offsetBytes, offsetBytes + lengthBytes);
}

/**
 * Signs the hashes of this member's parts and tells the others. In one chunk the part is the contribution
 * that `ready` named.
 */
export function commitParts(context: RoundContext, exchange: ButterflyExchange): void {
  const {committed, chunks} = exchange;
  const {self, primitives} = context.state.setup;
  if (chunks.length === 1) return;
  const {arithmetic, hash} = primitives;
  const parts = chunks.map((chunk) => arithmetic.nameOf(hash, ownPart(context, chunk)));
  committed.set(self, {
    parts,
    signature: primitives.sign(partsBytes(attemptContent(context, exchange), parts)),
  });
  sayParts(context, exchange, peersOf(context, exchange), self);
}

/** Sends `to` the word of `member`, with its signature. */
function sayParts(
  context: RoundContext,
  {committed, group}: ButterflyExchange,
  to: readonly MemberId[],
  member: MemberId,
): void {
  const word = committed.get(member);
  if (word !== undefined)
    sendTo(context, to, {type: "parts", group, member, parts: [...word.parts], signature: word.signature});
}

/** Tells `peer` of this member's parts, unless all is in one chunk. */
export function resendParts(context: RoundContext, exchange: ButterflyExchange, peer: MemberId): void {
  if (exchange.chunks.length > 1) sayParts(context, exchange, [peer], context.state.setup.self);
}

/**
 * Sends all words on parts to `owner`, once: one of them differs from the word that it received, or the owner
 * lies.
 */
export function tellParts(context: RoundContext, exchange: ButterflyExchange, owner: MemberId): void {
  if (exchange.told.has(owner) || exchange.chunks.length === 1) return;
  exchange.told.add(owner);
  for (const member of exchange.committed.keys()) sayParts(context, exchange, [owner], member);
}

/**
 * Sends all words on parts to members outside the attempt, which need them to check the attempt's other
 * words.
 */
export function tellAbsent(context: RoundContext, exchange: ButterflyExchange): void {
  if (exchange.chunks.length === 1) return;
  const absent = others(context).filter(
    (member) => !exchange.participants.some((each) => each.member === member),
  );
  for (const member of exchange.committed.keys()) sayParts(context, exchange, absent, member);
}

/**
 * Takes in a member's word on its parts, directly or passed on. A second, different word proves that the
 * member lies.
 */
export function noteParts(
  context: RoundContext,
  attempt: CommittedAttempt,
  {member, parts, signature}: FrameOf<"parts">,
): void {
  const {committed, chunks, participants, group} = attempt;
  if (chunks.length === 1 || parts.length !== chunks.length) return;
  if (!participants.some((each) => each.member === member)) return;
  const known = committed.get(member);
  if (known !== undefined && known.parts.every((hash, index) => hash === parts[index])) return;
  const {verify} = context.state.setup.primitives;
  if (!verify(member, partsBytes(attemptContent(context, attempt), parts), signature)) return;
  if (known !== undefined) {
    exposeLiar(context, member, {
      kind: "parts",
      group,
      parts: [[...known.parts], parts],
      signatures: [known.signature, signature],
    });
    return;
  }
  committed.set(member, {parts, signature});
}

/** The hash that `member` signed for its part of a chunk; undefined before it signed. */
export function partOf({committed}: CommittedAttempt, chunk: number, member: MemberId): string | undefined {
  return committed.get(member)?.parts[chunk];
}

/**
 * SHA-256 of the list of the parts of a chunk, in the order of summation; null until all have signed theirs.
 */
export function partsHash({state}: RoundContext, attempt: CommittedAttempt, chunk: number): string | null {
  const parts = attempt.participants.flatMap(({member}) => partOf(attempt, chunk, member) ?? []);
  if (parts.length < attempt.participants.length) return null;
  return toHex(state.setup.primitives.hash(canonicalBytes(parts)));
}
