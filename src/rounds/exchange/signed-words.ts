import type {RoundContext} from "../agreement/round-state.ts";
import {productsBytes, sumBytes} from "../certificate.ts";
import type {MemberId} from "../quorum.ts";
import type {CommittedAttempt, DisputedWord} from "./exchange-state.ts";
import {attemptContent} from "./part-words.ts";
import {countProducts} from "./sum-check.ts";
import {ownerOf} from "./summing.ts";

/** Tells whether `member` signed the word in that attempt, and was entitled to say it. */
export function isWordOf(
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
