import {isCoded, present} from "../../core/index.ts";
import {type Chunk, contributionSize, type Dither, type Mixture} from "../../parameters/index.ts";
import {codecOfRound, fetchFor, type RoundContext, sendTo} from "../agreement/round-state.ts";
import {sumBytes} from "../certificate.ts";
import type {MemberId} from "../quorum.ts";
import {attemptDither} from "./attempt.ts";
import {objectTo, peersOf} from "./exchange.ts";
import type {ButterflyExchange, CommittedAttempt, SignedSum} from "./exchange-state.ts";
import type {FetchPurpose} from "./fetch-purpose.ts";
import {attemptContent, ownPart, partOf, partsHash} from "./part-words.ts";

/** The member that sums a chunk: chunk 0 is the leader's, the others follow in id order. */
export function ownerOf({participants, leader}: CommittedAttempt, chunk: number): MemberId {
  const first = participants.findIndex(({member}) => member === leader);
  return present(participants[(first + chunk) % participants.length], "the owner of a chunk").member;
}

/** Asks every other participant for its part of a chunk. */
export function fetchParts(
  context: RoundContext,
  exchange: ButterflyExchange,
  index: number,
  kind: "part" | "opened",
): void {
  for (const member of peersOf(context, exchange))
    fetchPart(context, exchange, {kind, group: exchange.group, chunk: index, member});
}

/** Asks a participant for its part of a chunk. */
export function fetchPart(
  context: RoundContext,
  {chunks, participants}: CommittedAttempt,
  purpose: Extract<FetchPurpose, {chunk: number}>,
): void {
  const {codec, mixed, exact} = context.state.setup.spec;
  const range = present(chunks[purpose.chunk], "a chunk of the attempt");
  const maker = participants.find(({member}) => member === purpose.member);
  const {contribution: hash} = present(maker, "a participant of the attempt");
  fetchFor(context, purpose, {hash, total: contributionSize(codec, mixed, exact), range});
}

/** Begins to gather the parts of the chunks that this member owns. */
export function gatherOwned(context: RoundContext, exchange: ButterflyExchange): void {
  const {self} = context.state.setup;
  exchange.chunks.forEach((chunk, index) => {
    if (ownerOf(exchange, index) !== self) return;
    exchange.parts[index]?.set(self, ownPart(context, chunk));
    fetchParts(context, exchange, index, "part");
  });
}

/** Sums this member's chunks whose parts are all there, each as its maker signed it. */
export function sumOwned(context: RoundContext, exchange: ButterflyExchange): void {
  exchange.chunks.forEach((chunk, index) => {
    const parts = present(exchange.parts[index], "the parts of a chunk");
    const isOwn = ownerOf(exchange, index) === context.state.setup.self;
    if (!isOwn || exchange.owned.has(index) || exchange.isBroken) return;
    if (parts.size < exchange.participants.length || partsHash(context, exchange, index) === null) return;
    if (areSigned(context, exchange, index, parts)) sumChunkOf(context, exchange, chunk, index);
  });
}

/**
 * Tells whether the bytes are those that their makers signed; a member that gave others is left out of the
 * round.
 */
export function areSigned(
  context: RoundContext,
  exchange: ButterflyExchange,
  chunk: number,
  parts: ReadonlyMap<MemberId, Uint8Array>,
): boolean {
  const {primitives, self} = context.state.setup;
  const isSigned = ([member, bytes]: readonly [MemberId, Uint8Array]): boolean => {
    const hash = present(partOf(exchange, chunk, member), "a member's word on its parts");
    return member === self || primitives.arithmetic.isNamed(primitives.hash, hash, bytes);
  };
  const other = [...parts].find((part) => !isSigned(part));
  if (other === undefined) return true;
  objectTo(context, other[0], "invalid");
  return false;
}

/** The sum of all parts of a chunk. @throws the errors of `sumChunk` for parts that are invalid */
export function sumParts(
  context: RoundContext,
  {participants, ballot}: CommittedAttempt,
  chunk: Chunk,
  parts: ReadonlyMap<MemberId, Uint8Array>,
): Mixture {
  const {hash, arithmetic} = context.state.setup.primitives;
  const inOrder = participants.map(({member}) => present(parts.get(member), "a part of a chunk"));
  const sum = {codec: codecOfRound(context), chunk, dither: sumDither(context, ballot, chunk)};
  return arithmetic.sumChunk(hash, sum, inOrder);
}

function sumChunkOf(context: RoundContext, exchange: ButterflyExchange, chunk: Chunk, index: number): void {
  const parts = present(exchange.parts[index], "the parts of a chunk");
  try {
    const mixture = sumParts(context, exchange, chunk, parts);
    parts.clear();
    const named = {
      chunk: index,
      sum: mixture.hash,
      parts: present(partsHash(context, exchange, index), "all words on parts"),
    };
    const {sign} = context.state.setup.primitives;
    const word = {...named, signature: sign(sumBytes(attemptContent(context, exchange), named))};
    exchange.owned.set(index, word);
    exchange.words.set(index, word);
    exchange.sums.set(index, mixture.bytes);
    context.emit({type: "publish-mixture", mixture});
    saySum(context, exchange, peersOf(context, exchange), word);
  } catch (error) {
    if (!isCoded(error)) throw error;
    objectToCulprit(context, chunk, parts);
  }
}

function saySum(
  context: RoundContext,
  {group}: ButterflyExchange,
  to: readonly MemberId[],
  word: SignedSum,
): void {
  sendTo(context, to, {type: "summed", group, ...word});
}

/** Repeats to `peer` the sums that this member made. */
export function resendSums(context: RoundContext, exchange: ButterflyExchange, peer: MemberId): void {
  for (const word of exchange.owned.values()) saySum(context, exchange, [peer], word);
}

function sumDither({state}: RoundContext, ballot: number, {firstValue}: Chunk): Dither {
  const {primitives, spec, rules, round} = state.setup;
  const draws = {hash: primitives.hash, codec: spec.codec};
  return {...attemptDither(draws, {run: rules.run, round, ballot}, "sum"), first: firstValue};
}

function objectToCulprit(
  context: RoundContext,
  chunk: Chunk,
  parts: ReadonlyMap<MemberId, Uint8Array>,
): void {
  for (const [member, bytes] of parts) {
    try {
      context.state.setup.primitives.arithmetic.checkContribution(codecOfRound(context), chunk, bytes);
    } catch (error) {
      if (!isCoded(error)) throw error;
      objectTo(context, member, "invalid");
    }
  }
}
