import {isCoded, present} from "../../core/index.ts";
import type {RoundContext} from "../agreement/round-state.ts";
import type {SumWord} from "../certificate.ts";
import type {MemberId} from "../quorum.ts";
import type {CommittedAttempt} from "./exchange-state.ts";
import {chunkProducts, productsOf} from "./sum-check.ts";
import {sumParts} from "./summing.ts";

/*
 * Signed words on sums and products are checked against the parts, each as its maker signed it. Every result
 * here is the same to the last bit on every machine, so a right word is never found false.
 */

/** Tells whether all parts of a chunk have the sum that its owner signed; invalid parts have no sum. */
export function isSumOfParts(
  context: RoundContext,
  attempt: CommittedAttempt,
  {chunk, sum}: Pick<SumWord, "chunk" | "sum">,
  parts: ReadonlyMap<MemberId, Uint8Array>,
): boolean {
  const range = present(attempt.chunks[chunk], "a chunk of the attempt");
  return isTrue(() => sumParts(context, attempt, range, parts).hash === sum);
}

/** Products that a member claims for all its parts, and the chunk whose part is available. */
interface ClaimedProducts {
  readonly chunk: number;
  readonly coefficients: Float64Array;
  readonly products: Float64Array;
}

/** Tells whether the claimed products of a chunk are those of its maker's part; an invalid part has none. */
export function areProductsOfPart(
  context: RoundContext,
  attempt: CommittedAttempt,
  {chunk, coefficients, products}: ClaimedProducts,
  part: Uint8Array,
): boolean {
  const {arithmetic} = context.state.setup.primitives;
  const of = chunkProducts(context, attempt, chunk, coefficients);
  return isTrue(() => arithmetic.areProducts(of, part, productsOf(context, attempt, chunk, products)));
}

/** Errors of bytes that cannot be part of a sum; any other error here says nothing about a member. */
const NO_PART = [
  "PARAMETERS_NOT_FINITE",
  "PARAMETERS_WRONG_SIZE",
  "PARAMETERS_WRONG_WEIGHT",
  "PARAMETERS_OUT_OF_RANGE",
  "PARAMETERS_TOO_LONG",
] as const;

function isTrue(compare: () => boolean): boolean {
  try {
    return compare();
  } catch (error) {
    if (isCoded(error, ...NO_PART)) return false;
    throw error;
  }
}
