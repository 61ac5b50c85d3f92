import {isCoded} from "../core/index.ts";
import {type Chunk, codecOf, contributionSize, type Dither, partition} from "../parameters/index.ts";
import {attemptDither} from "./attempt.ts";
import {attemptOf, holdResult, objectTo, peersOf} from "./exchange.ts";
import type {ButterflyExchange} from "./exchange-state.ts";
import type {FrameOf} from "./frames.ts";
import type {MemberId} from "./quorum.ts";
import {codecOfRound, fetchFor, keepEarly, type RoundContext, sendTo} from "./round-state.ts";

/*
 * The exchange of one group of all: the chunked butterfly (reduce-scatter, then all-gather). Rabenseifner, Optimization
 * of collective reduction operations, ICCS 2004, section 3.
 */

function butterflyOf({state}: RoundContext): ButterflyExchange | null {
  return state.exchange?.kind === "butterfly" ? state.exchange : null;
}

/** Who sums which chunk: chunk 0 is the leader's, the others follow in id order. */
function ownerOf(exchange: ButterflyExchange, chunk: number): MemberId {
  const {participants, leader} = exchange;
  const first = participants.findIndex(({member}) => member === leader);
  return participants[(first + chunk) % participants.length]?.member ?? leader;
}

/** Begins to gather the chunks that this member owns. */
export function beginButterfly(context: RoundContext): void {
  const exchange = butterflyOf(context);
  const {linked, setup} = context.state;
  if (exchange === null) return;
  // In one chunk everything goes through its owner, the leader; in several, through everyone.
  const stranger = peersOf(context, exchange).find((member) => !linked.has(member));
  if (exchange.chunks.length > 1 && stranger !== undefined) {
    objectTo(context, stranger, "unreachable");
    return;
  }
  exchange.chunks.forEach((chunk, index) => {
    if (ownerOf(exchange, index) === setup.self) gatherChunk(context, index, chunk);
  });
}

/** What a butterfly begins with. */
export function butterflyParts(
  context: RoundContext,
  participants: number,
): Pick<ButterflyExchange, "kind" | "chunks" | "parts" | "sums" | "owned"> {
  const {spec, rules} = context.state.setup;
  const maximumWeight = spec.asynchronous === undefined ? 1 : rules.members.length;
  const whole = partition(codecOfRound(context), spec.mixed, participants, spec.exact);
  const chunks = whole.map((chunk) => ({...chunk, maximumWeight}));
  return {kind: "butterfly", chunks, parts: chunks.map(() => new Map()), sums: new Map(), owned: new Map()};
}

function gatherChunk(context: RoundContext, index: number, chunk: Chunk): void {
  const exchange = butterflyOf(context);
  const {own, setup} = context.state;
  if (exchange === null || own === null) return;
  const {codec, mixed, exact} = setup.spec;
  const total = contributionSize(codec, mixed, exact);
  for (const {member, contribution} of exchange.participants) {
    if (member === setup.self) continue;
    fetchFor(
      context,
      {kind: "part", group: exchange.group, chunk: index, member},
      {hash: contribution, total, range: chunk},
    );
  }
  const mine = own.bytes.subarray(chunk.offsetBytes, chunk.offsetBytes + chunk.lengthBytes);
  onPart(context, index, setup.self, mine);
}

/** Takes in one member's bytes of a chunk that this member owns. */
export function onPart(context: RoundContext, index: number, member: MemberId, bytes: Uint8Array): void {
  const exchange = butterflyOf(context);
  const parts = exchange?.parts[index];
  const chunk = exchange?.chunks[index];
  if (exchange === null || parts === undefined || chunk === undefined) return;
  parts.set(member, bytes);
  if (parts.size < exchange.participants.length) return;
  const inOrder = exchange.participants.flatMap((participant) => parts.get(participant.member) ?? []);
  try {
    const {hash, arithmetic} = context.state.setup.primitives;
    const sum = {codec: codecOfRound(context), chunk, dither: sumDither(context, chunk)};
    const mixture = arithmetic.sumChunk(hash, sum, inOrder);
    parts.clear();
    exchange.owned.set(index, mixture.hash);
    context.emit({type: "publish-mixture", mixture});
    sendTo(context, peersOf(context, exchange), {
      type: "summed",
      group: exchange.group,
      chunk: index,
      sum: mixture.hash,
    });
    onSum(context, index, mixture.bytes);
  } catch (error) {
    if (!isCoded(error)) throw error;
    objectToCulprit(context, chunk, parts);
  }
}

function sumDither(context: RoundContext, {firstValue}: Chunk): Dither {
  const {primitives, spec} = context.state.setup;
  const draws = {hash: primitives.hash, codec: spec.codec};
  return {...attemptDither(draws, attemptOf(context), "sum"), first: firstValue};
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
      // First-hand: while this round lasts, it neither follows this member nor leads with it, be it itself.
      context.state.excluded.add(member);
    }
  }
}

/** Fetches a chunk's sum that its owner announced. */
export function onSummed(context: RoundContext, from: MemberId, frame: FrameOf<"summed">): void {
  const exchange = butterflyOf(context);
  const chunk = exchange?.chunks[frame.chunk];
  if (frame.group !== context.state.exchange?.group) return keepEarly(context, from, frame);
  if (exchange === null || chunk === undefined) return;
  if (ownerOf(exchange, frame.chunk) !== from || exchange.sums.has(frame.chunk)) return;
  const purpose = {kind: "sum", group: exchange.group, chunk: frame.chunk, member: from} as const;
  const isUnderWay = [...context.state.fetches.values()].some(
    (other) => other.kind === "sum" && other.group === purpose.group && other.chunk === purpose.chunk,
  );
  if (!isUnderWay) fetchFor(context, purpose, {hash: frame.sum, total: chunk.sum.lengthBytes});
}

/** Takes in the owner's bytes of a chunk; with the last one the result is assembled and held. */
export function onSum(context: RoundContext, index: number, bytes: Uint8Array): void {
  const exchange = butterflyOf(context);
  const chunk = exchange?.chunks[index];
  if (exchange === null || chunk === undefined || bytes.length !== chunk.sum.lengthBytes) return;
  exchange.sums.set(index, bytes);
  if (exchange.sums.size < exchange.chunks.length) return;
  const {spec, primitives} = context.state.setup;
  const {arithmetic} = primitives;
  const assembled = exchange.chunks.length === 1 ? bytes : assemble(context, exchange);
  try {
    const values = arithmetic.applyMixture(spec, assembled);
    holdResult(context, values, arithmetic.weightOf(assembled));
  } catch (error) {
    if (!isCoded(error)) throw error;
    // Only an owner that lies about a sum brings this about; the sums were checked before they were announced.
    objectTo(context, ownerOf(exchange, index), "invalid");
  }
}

function assemble(context: RoundContext, exchange: ButterflyExchange): Uint8Array {
  const {codec, mixed, exact} = context.state.setup.spec;
  const whole = new Uint8Array(contributionSize(codecOf(codec.sums), mixed, exact));
  for (const [index, bytes] of exchange.sums) whole.set(bytes, exchange.chunks[index]?.sum.offsetBytes ?? 0);
  exchange.sums.clear();
  return whole;
}

/** Tells `peer`, whose link came back, of the sums this member announced before. */
export function resendSums(context: RoundContext, peer: MemberId): void {
  const exchange = butterflyOf(context);
  if (exchange === null) return;
  for (const [chunk, sum] of exchange.owned) {
    sendTo(context, [peer], {type: "summed", group: exchange.group, chunk, sum});
  }
}
