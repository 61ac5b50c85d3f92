import {present} from "../../core/index.ts";
import type {RoundContext} from "../agreement/round-state.ts";
import {exposeLiar} from "../agreement/voting.ts";
import type {Contradiction} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {objectTo} from "./exchange.ts";
import type {ButterflyExchange, SumCheck} from "./exchange-state.ts";
import {ownPart, tellAbsent} from "./part-words.ts";
import {areSigned, fetchParts, ownerOf} from "./summing.ts";
import {areProductsOfPart, isSumOfParts} from "./verdicts.ts";

/*
 * If the products of a sum are not the sums of the contributors', somebody lies, or rounding is at its worst.
 * The parts of that chunk, whose hashes are signed, tell which: they are summed again, and their products are
 * taken again.
 */

/** Asks for all parts of a chunk. */
export function openChunk(context: RoundContext, exchange: ButterflyExchange, index: number): void {
  const {self} = context.state.setup;
  const {check, chunks} = exchange;
  if (check === null || check.opened.has(index)) return;
  const chunk = present(chunks[index], "a chunk of the attempt");
  check.opened.set(index, new Map([[self, ownPart(context, chunk)]]));
  fetchParts(context, exchange, index, "opened");
}

/** Takes in a part of an opened chunk; the last one shows which members lied, if any. */
export function onOpened(
  context: RoundContext,
  exchange: ButterflyExchange,
  {chunk, member}: {readonly chunk: number; readonly member: MemberId},
  bytes: Uint8Array,
): void {
  const {check, participants} = exchange;
  const parts = check?.opened.get(chunk);
  if (check === null || parts === undefined || check.sound.has(chunk)) return;
  parts.set(member, bytes);
  if (parts.size < participants.length || !areSigned(context, exchange, chunk, parts)) return;
  const {sum} = present(exchange.words.get(chunk), "the word of a chunk's owner");
  if (!isSumOfParts(context, exchange, {chunk, sum}, parts)) return convictOwner(context, exchange, chunk);
  const liars = liarsAmong(context, exchange, chunk, parts);
  parts.clear();
  if (liars.length === 0) check.sound.add(chunk);
  for (const liar of liars) convictContributor(context, exchange, check, liar);
}

/** Contributors whose signed products differ from those of the part that they signed. */
function liarsAmong(
  context: RoundContext,
  exchange: ButterflyExchange,
  index: number,
  parts: ReadonlyMap<MemberId, Uint8Array>,
): MemberId[] {
  const {coefficients, products} = present(exchange.check, "the check of an opened chunk");
  const {self} = context.state.setup;
  return [...parts].flatMap(([member, part]) => {
    const {products: all} = present(products.get(member), "a member's products");
    const claimed = {chunk: index, coefficients, products: all};
    return member === self || areProductsOfPart(context, exchange, claimed, part) ? [] : [member];
  });
}

function convict(
  context: RoundContext,
  exchange: ButterflyExchange,
  member: MemberId,
  claims: Contradiction,
): void {
  const isKnown = context.state.equivocators.has(member);
  if (!isKnown) tellAbsent(context, exchange);
  exposeLiar(context, member, claims);
  // A member that learned of it in a dispute has objected to nobody yet.
  if (!isKnown || !exchange.isBroken) objectTo(context, member, "false");
}

function convictOwner(context: RoundContext, exchange: ButterflyExchange, index: number): void {
  const word = present(exchange.words.get(index), "the word of a chunk's owner");
  convict(context, exchange, ownerOf(exchange, index), {kind: "sum", group: exchange.group, ...word});
}

function convictContributor(
  context: RoundContext,
  exchange: ButterflyExchange,
  {seed, products}: SumCheck,
  member: MemberId,
): void {
  const word = present(products.get(member), "a member's products");
  const bytes = new Uint8Array(word.products.slice().buffer);
  const {group} = exchange;
  convict(context, exchange, member, {
    kind: "products",
    group,
    seed,
    products: bytes,
    signature: word.signature,
  });
}
