import {isCoded, present} from "../../core/index.ts";
import {challengeOf, productCount, SEED_BYTES, stridesPerProduct} from "../../parameters/index.ts";
import {codecOfRound, type RoundContext, sendTo} from "../agreement/round-state.ts";
import {productsBytes, sumBytes} from "../certificate.ts";
import {canonicalBytes, type FrameOf} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {objectTo, peersOf} from "./exchange.ts";
import type {ButterflyExchange, CommittedAttempt, SumCheck} from "./exchange-state.ts";
import {attemptContent, ownPart, partsHash, tellParts} from "./part-words.ts";
import {ownerOf} from "./summing.ts";

/*
 * The check of sums of contributions that a participant has not seen. When it holds all sums it names a
 * challenge that only it could know before. Every contributor answers with its products, signed, and the
 * products of the sums must be the sums of these. Freivalds, Probabilistic machines can use less running
 * time, IFIP Congress 1977.
 */

/** Takes in an owner's signed word on its chunk's sum. @returns true if it is news */
export function noteSum(
  context: RoundContext,
  exchange: ButterflyExchange,
  from: MemberId,
  {chunk, sum, parts, signature}: FrameOf<"summed">,
): boolean {
  if (chunk >= exchange.chunks.length || ownerOf(exchange, chunk) !== from) return false;
  if (exchange.words.has(chunk)) return false;
  const {verify} = context.state.setup.primitives;
  const content = sumBytes(attemptContent(context, exchange), {chunk, sum, parts});
  if (!verify(from, content, signature)) return false;
  exchange.words.set(chunk, {chunk, sum, parts, signature});
  return true;
}

/**
 * Tells whether all sums are there, made of the parts that this member was told of. An owner that was told of
 * others is told of these, which exposes any member that signed two lists.
 */
function areNamed(context: RoundContext, exchange: ButterflyExchange): boolean {
  if (exchange.sums.size < exchange.chunks.length) return false;
  let isAgreed = true;
  for (const {chunk, parts} of exchange.words.values()) {
    const own = partsHash(context, exchange, chunk);
    if (own === null) return false;
    if (own === parts) continue;
    isAgreed = false;
    tellParts(context, exchange, ownerOf(exchange, chunk));
  }
  return isAgreed;
}

/** Begins the check as soon as all sums are there. */
export function beginCheck(context: RoundContext, exchange: ButterflyExchange): void {
  if (exchange.check !== null || !areNamed(context, exchange)) return;
  const {primitives, self} = context.state.setup;
  const {hash, sign} = primitives;
  const sums = exchange.chunks.map((_, chunk) => present(exchange.words.get(chunk), "a sum's word").sum);
  const {run, round, group} = attemptContent(context, exchange);
  // Only this member can sign, so nobody knows the seed before the sums are there.
  const secret = sign(canonicalBytes(["consilium/seed/1", run, round, group, sums]));
  const seed = hash(secret).slice(0, SEED_BYTES);
  const coefficients = challengeOf(seed, context.state.setup.spec.mixed);
  exchange.check = {seed, coefficients, products: new Map(), sound: new Set(), opened: new Map()};
  const products = productsOfOwn(context, exchange, coefficients);
  exchange.check.products.set(self, {products, signature: new Uint8Array()});
  sayChallenge(context, exchange, peersOf(context, exchange));
}

/** Tells `to` of this member's challenge, if it has named one. */
export function sayChallenge(
  context: RoundContext,
  {group, check}: ButterflyExchange,
  to: readonly MemberId[],
): void {
  if (check !== null) sendTo(context, to, {type: "challenge", group, seed: check.seed});
}

function productsOfOwn(
  context: RoundContext,
  exchange: ButterflyExchange,
  coefficients: Float64Array,
): Float64Array {
  const {arithmetic} = context.state.setup.primitives;
  const products = exchange.chunks.map((chunk, index) =>
    arithmetic.innerProducts(chunkProducts(context, exchange, index, coefficients), ownPart(context, chunk)),
  );
  const all = new Float64Array(products.reduce((sum, {length}) => sum + length, 0));
  let at = 0;
  for (const each of products) {
    all.set(each, at);
    at += each.length;
  }
  return all;
}

/** The data with which products of a chunk are taken. */
export function chunkProducts(
  context: RoundContext,
  {chunks}: CommittedAttempt,
  index: number,
  coefficients: Float64Array,
) {
  const strides = stridesPerProduct(context.state.setup.spec.mixed);
  return {
    codec: codecOfRound(context),
    chunk: present(chunks[index], "a chunk of the attempt"),
    coefficients,
    strides,
  };
}

/** Number of products of a contribution. */
export function countProducts({state}: RoundContext, {chunks}: CommittedAttempt): number {
  const strides = stridesPerProduct(state.setup.spec.mixed);
  return chunks.reduce((sum, chunk) => sum + productCount({chunk, strides}), 0);
}

/** The products of one chunk among those of all. */
export function productsOf(
  context: RoundContext,
  {chunks}: CommittedAttempt,
  index: number,
  products: Float64Array,
): Float64Array {
  const strides = stridesPerProduct(context.state.setup.spec.mixed);
  const counts = chunks.map((chunk) => productCount({chunk, strides}));
  const first = counts.slice(0, index).reduce((sum, count) => sum + count, 0);
  return products.subarray(first, first + present(counts[index], "the products of a chunk"));
}

/** Answers a member's first challenge, and no other, with this member's signed products. */
export function onChallenge(context: RoundContext, from: MemberId, {seed}: FrameOf<"challenge">): void {
  const {exchange, setup} = context.state;
  if (exchange?.kind !== "butterfly") return;
  if (!exchange.answers.has(from)) {
    const {buffer} = productsOfOwn(context, exchange, challengeOf(seed, setup.spec.mixed));
    const products = new Uint8Array(buffer);
    const content = productsBytes(attemptContent(context, exchange), seed, products);
    const signature = setup.primitives.sign(content);
    exchange.answers.set(from, {type: "products", group: exchange.group, seed, products, signature});
  }
  sayProducts(context, exchange, from);
}

/** Answers `peer`'s challenge again, if there was one. */
export function sayProducts(context: RoundContext, {answers}: ButterflyExchange, peer: MemberId): void {
  const answer = answers.get(peer);
  if (answer !== undefined) sendTo(context, [peer], answer);
}

/** Takes in a contributor's answer to this member's challenge. */
export function onProducts(
  context: RoundContext,
  from: MemberId,
  {seed, products, signature}: FrameOf<"products">,
): void {
  const {exchange, setup} = context.state;
  if (exchange?.kind !== "butterfly" || exchange.check === null || exchange.check.products.has(from)) return;
  const {check} = exchange;
  const expected = present(check.products.get(setup.self), "this member's own products").products.byteLength;
  if (products.length !== expected || !seed.every((byte, index) => byte === check.seed[index])) return;
  const content = productsBytes(attemptContent(context, exchange), seed, products);
  if (!setup.primitives.verify(from, content, signature)) return;
  check.products.set(from, {products: new Float64Array(products.slice().buffer), signature});
}

/** Chunks whose sum is not known to be right, once all products are there; null before. */
export function unsoundChunks(context: RoundContext, exchange: ButterflyExchange): readonly number[] | null {
  const {check, chunks, participants} = exchange;
  if (check === null || check.products.size < participants.length) return null;
  chunks.forEach((_, index) => {
    const isKnown = check.sound.has(index) || check.opened.has(index);
    if (!isKnown && isSound(context, exchange, check, index)) check.sound.add(index);
  });
  return chunks.flatMap((_, index) => (check.sound.has(index) ? [] : [index]));
}

/**
 * Objects to members whose products show that their contributions are longer than the plan's clip allows: an owner sees
 * only one part of each, and nobody else sees the part of its own contribution that an owner sums. @returns true if there are any
 */
export function objectToLong(context: RoundContext, {check}: ButterflyExchange): boolean {
  const {spec, primitives, self} = context.state.setup;
  const {mixed, exact = 1, clipNorm} = spec;
  if (check === null || clipNorm === undefined) return false;
  const {arithmetic} = primitives;
  const strides = stridesPerProduct(mixed);
  const long = [...check.products].filter(
    ([member, {products}]) => member !== self && arithmetic.areTooLong({products, exact, strides, clipNorm}),
  );
  for (const [member] of long) objectTo(context, member, "invalid");
  return long.length > 0;
}

function isSound(
  context: RoundContext,
  exchange: ButterflyExchange,
  {coefficients, products}: SumCheck,
  index: number,
): boolean {
  const {arithmetic} = context.state.setup.primitives;
  const sum = present(exchange.sums.get(index), "the sum of a chunk");
  const parts = exchange.participants.map(({member}) =>
    productsOf(context, exchange, index, present(products.get(member), "a member's products").products),
  );
  try {
    return arithmetic.isSumOf(chunkProducts(context, exchange, index, coefficients), sum, parts);
  } catch (error) {
    // A sum that is not finite is invalid.
    if (isCoded(error)) return false;
    throw error;
  }
}
