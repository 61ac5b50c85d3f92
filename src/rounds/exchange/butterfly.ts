import {isCoded, present} from "../../core/index.ts";
import {type Chunk, codecOf, contributionSize} from "../../parameters/index.ts";
import {fetchFor, type RoundContext} from "../agreement/round-state.ts";
import type {FrameOf} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {boundedChunks} from "./attempt.ts";
import {holdResult, objectTo, peersOf} from "./exchange.ts";
import type {ButterflyExchange, PartsWord} from "./exchange-state.ts";
import type {FetchPurpose} from "./fetch-purpose.ts";
import {onOpened, openChunk} from "./opened-sums.ts";
import {commitParts} from "./part-words.ts";
import {beginCheck, noteSum, objectToLong, unsoundChunks} from "./sum-check.ts";
import {gatherOwned, ownerOf, sumOwned} from "./summing.ts";

/*
 * The exchange of one group of all: the chunked butterfly (reduce-scatter, then all-gather), with a check of
 * the sums before they count. Rabenseifner, Optimization of collective reduction operations, ICCS 2004,
 * section 3.
 */

/** The attempt under way if it is of this kind. */
export function butterflyOf({state}: RoundContext): ButterflyExchange | null {
  return state.exchange?.kind === "butterfly" ? state.exchange : null;
}

/** Begins to gather the chunks that this member owns. */
export function beginButterfly(context: RoundContext): void {
  const exchange = butterflyOf(context);
  const {linked} = context.state;
  if (exchange === null) return;
  // One chunk makes everything go through its owner, the leader; several chunks go through everyone.
  const stranger = peersOf(context, exchange).find((member) => !linked.has(member));
  if (exchange.chunks.length > 1 && stranger !== undefined) {
    objectTo(context, stranger, "unreachable");
    return;
  }
  commitParts(context, exchange);
  gatherOwned(context, exchange);
  advance(context);
}

/** The parts of a butterfly at its beginning. */
export function butterflyParts(context: RoundContext, participants: FrameOf<"start">["participants"]) {
  const {spec, rules} = context.state.setup;
  const chunks = boundedChunks(spec, rules.members.length, participants.length);
  return {
    kind: "butterfly",
    chunks,
    committed: committedBy(chunks, participants),
    parts: chunks.map(() => new Map()),
    owned: new Map(),
    words: new Map(),
    sums: new Map(),
    check: null,
    answers: new Map(),
    waiting: new Map(),
    told: new Set<MemberId>(),
  } as const;
}

/**
 * The signed words on parts. In one chunk the part is the contribution that `ready` named; in several,
 * members have yet to sign theirs.
 */
function committedBy(
  chunks: readonly Chunk[],
  participants: FrameOf<"start">["participants"],
): Map<MemberId, PartsWord> {
  if (chunks.length > 1) return new Map();
  return new Map(
    participants.map(({member, contribution, signature}) => [member, {parts: [contribution], signature}]),
  );
}

/**
 * Goes as far as the received bytes allow: sums this member's own chunks, checks all sums, and holds their
 * result.
 */
export function advance(context: RoundContext): void {
  const exchange = butterflyOf(context);
  if (exchange === null || exchange.isBroken || exchange.result !== null) return;
  sumOwned(context, exchange);
  beginCheck(context, exchange);
  const unsound = unsoundChunks(context, exchange);
  if (unsound === null || objectToLong(context, exchange)) return;
  if (unsound.length === 0) finish(context, exchange);
  else for (const chunk of unsound) openChunk(context, exchange, chunk);
}

/** Takes in bytes that this member asked for in the attempt. */
export function onBytes(
  context: RoundContext,
  purpose: Extract<FetchPurpose, {kind: "part" | "opened" | "sum"}>,
  bytes: Uint8Array,
): void {
  const exchange = butterflyOf(context);
  if (exchange === null) return;
  const {chunk, member, kind} = purpose;
  if (kind === "part") exchange.parts[chunk]?.set(member, bytes);
  else if (kind === "opened") onOpened(context, exchange, purpose, bytes);
  else if (bytes.length === present(exchange.chunks[chunk], "a chunk of the attempt").sum.lengthBytes)
    exchange.sums.set(chunk, bytes);
  advance(context);
}

/** Fetches a chunk's sum that its owner announced. */
export function onSummed(context: RoundContext, from: MemberId, frame: FrameOf<"summed">): void {
  const exchange = butterflyOf(context);
  if (exchange === null || !noteSum(context, exchange, from, frame)) return;
  const {chunk, sum} = frame;
  const total = present(exchange.chunks[chunk], "a chunk of the attempt").sum.lengthBytes;
  fetchFor(context, {kind: "sum", group: exchange.group, chunk, member: from}, {hash: sum, total});
}

/** Puts the verified sums together and keeps their result. */
function finish(context: RoundContext, exchange: ButterflyExchange): void {
  const {spec, primitives} = context.state.setup;
  const {arithmetic} = primitives;
  const assembled = assemble(context, exchange);
  try {
    // The values of a mean lie between the values that it averages.
    if (spec.range !== undefined) arithmetic.checkRange(codecOf(spec.codec.sums), assembled, spec.range);
    const values = arithmetic.applyMixture(spec, assembled);
    holdResult(context, values, arithmetic.weightOf(assembled));
  } catch (error) {
    if (!isCoded(error)) throw error;
    // If contributions are sound, a finite sum has no mean only if its weight is too small.
    objectTo(context, ownerOf(exchange, exchange.chunks.length - 1), "invalid");
  }
}

function assemble(context: RoundContext, {chunks, sums}: ButterflyExchange): Uint8Array {
  const {codec, mixed, exact} = context.state.setup.spec;
  const whole = new Uint8Array(contributionSize(codecOf(codec.sums), mixed, exact));
  for (const [index, bytes] of sums)
    whole.set(bytes, present(chunks[index], "a chunk of the attempt").sum.offsetBytes);
  sums.clear();
  return whole;
}
