import {isCoded, toHex} from "../core/index.ts";
import {type Chunk, codecOf, contributionSize, type Dither, partition} from "../parameters/index.ts";
import {leastWeight} from "./certificate.ts";
import type {Exchange} from "./exchange-state.ts";
import {canonicalBytes, type FrameOf} from "./frames.ts";
import type {MemberId} from "./quorum.ts";
import {cancelFetches, codecOfRound, fetchFor, type RoundContext, report, sendTo} from "./round-state.ts";

/** Who sums which chunk: chunk 0 is the leader's, the others follow in id order. */
export function ownerOf(exchange: Exchange, chunk: number): MemberId {
  const {participants, leader} = exchange;
  const first = participants.findIndex(({member}) => member === leader);
  return participants[(first + chunk) % participants.length]?.member ?? leader;
}

function peersOf(context: RoundContext, exchange: Exchange): MemberId[] {
  return exchange.participants
    .map(({member}) => member)
    .filter((member) => member !== context.state.setup.self);
}

/** Begins the attempt that a leader's start frame describes; any earlier attempt ends. */
export function beginExchange(context: RoundContext, leader: MemberId, start: FrameOf<"start">): void {
  const {state} = context;
  const codec = codecOfRound(context);
  const {mixed, asynchronous} = state.setup.spec;
  const parts = partition(codec, mixed, start.participants.length);
  const maximumWeight = asynchronous === undefined ? 1 : state.setup.rules.members.length;
  const chunks = parts.map((chunk) => ({...chunk, maximumWeight}));
  const group = groupHash(context, start);
  endExchange(context);
  state.exchange = {
    ballot: start.ballot,
    leader,
    group,
    participants: start.participants,
    chunks,
    startedAtMs: context.nowMs,
    parts: chunks.map(() => new Map()),
    sums: new Map(),
    owned: new Map(),
    result: null,
    isBroken: false,
  };
  // In one chunk everything goes through its owner, the leader; in several, through everyone.
  const stranger = peersOf(context, state.exchange).find((member) => !state.linked.has(member));
  if (chunks.length > 1 && stranger !== undefined) {
    objectTo(context, stranger, "unreachable");
    return;
  }
  chunks.forEach((chunk, index) => {
    if (ownerOf(state.exchange as Exchange, index) === state.setup.self) gatherChunk(context, index, chunk);
  });
}

/** Identifies the attempt that `start` describes. */
export function groupHash({state}: RoundContext, start: FrameOf<"start">): string {
  const {primitives} = state.setup;
  return toHex(primitives.hash(canonicalBytes(["consilium/group/1", start.ballot, start.participants])));
}

/** Ends the attempt under way: its fetches are cancelled and its sums withdrawn. */
export function endExchange(context: RoundContext): void {
  const {state} = context;
  if (state.exchange === null) return;
  const {group, owned} = state.exchange;
  cancelFetches(context, (purpose) => purpose.kind !== "snapshot" && purpose.group === group);
  for (const hash of owned.values()) context.emit({type: "withdraw", hash});
  state.exchange = null;
}

function gatherChunk(context: RoundContext, index: number, chunk: Chunk): void {
  const {exchange, own, setup} = context.state;
  if (exchange === null || own === null) return;
  const blob = {offset: chunk.offsetBytes, length: chunk.lengthBytes};
  for (const {member, contribution} of exchange.participants) {
    if (member === setup.self) continue;
    fetchFor(
      context,
      {kind: "part", group: exchange.group, chunk: index, member},
      {hash: contribution, ...blob},
    );
  }
  const mine = own.bytes.subarray(chunk.offsetBytes, chunk.offsetBytes + chunk.lengthBytes);
  onPart(context, index, setup.self, mine);
}

/** Takes in one member's bytes of a chunk that this member owns. */
export function onPart(context: RoundContext, index: number, member: MemberId, bytes: Uint8Array): void {
  const {exchange} = context.state;
  const parts = exchange?.parts[index];
  const chunk = exchange?.chunks[index];
  if (exchange == null || parts === undefined || chunk === undefined) return;
  parts.set(member, bytes);
  if (parts.size < exchange.participants.length) return;
  const inOrder = exchange.participants.flatMap((participant) => parts.get(participant.member) ?? []);
  try {
    const {hash, arithmetic} = context.state.setup.primitives;
    const sum = {codec: codecOfRound(context), chunk, dither: ditherOfSum(context, chunk)};
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

/** The same at every member, so that whoever owns the chunk writes the same bytes. */
function ditherOfSum({state}: RoundContext, {firstValue}: Chunk): Dither {
  const {primitives, rules, round} = state.setup;
  const ballot = state.exchange?.ballot ?? 0;
  const digest = primitives.hash(canonicalBytes(["consilium/dither/1", rules.run, round, ballot]));
  const view = new DataView(digest.buffer, digest.byteOffset);
  return {key: [view.getUint32(0), view.getUint32(4)], first: firstValue};
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

/** Tells the leader, who may be this member itself, that `member` spoils the attempt. */
export function objectTo(context: RoundContext, member: MemberId, reason: "invalid" | "unreachable"): void {
  const {exchange, setup, excluded, strangers} = context.state;
  if (exchange === null) return;
  const {leader, group} = exchange;
  exchange.isBroken = true;
  report(context, {kind: "objection", round: setup.round, member, reason});
  if (leader !== setup.self) sendTo(context, [leader], {type: "object", group, member, reason});
  else if (reason === "invalid") excluded.add(member);
  else strangers.push({seeker: setup.self, sought: member});
}

/** Fetches a chunk's sum that its owner announced. */
export function onSummed(context: RoundContext, from: MemberId, frame: FrameOf<"summed">): void {
  const {exchange} = context.state;
  const chunk = exchange?.chunks[frame.chunk];
  if (exchange == null || chunk === undefined || frame.group !== exchange.group) return;
  if (ownerOf(exchange, frame.chunk) !== from || exchange.sums.has(frame.chunk)) return;
  const purpose = {kind: "sum", group: exchange.group, chunk: frame.chunk, member: from} as const;
  const isUnderWay = [...context.state.fetches.values()].some(
    (other) => other.kind === "sum" && other.group === purpose.group && other.chunk === purpose.chunk,
  );
  if (!isUnderWay) fetchFor(context, purpose, {hash: frame.sum, offset: 0, length: chunk.sum.lengthBytes});
}

/** Takes in the owner's bytes of a chunk; with the last one the result is assembled and held. */
export function onSum(context: RoundContext, index: number, bytes: Uint8Array): void {
  const {exchange, setup, held} = context.state;
  const chunk = exchange?.chunks[index];
  if (exchange == null || chunk === undefined || bytes.length !== chunk.sum.lengthBytes) return;
  exchange.sums.set(index, bytes);
  if (exchange.sums.size < exchange.chunks.length) return;
  const {spec, primitives} = setup;
  const {arithmetic} = primitives;
  const assembled = exchange.chunks.length === 1 ? bytes : assemble(context, exchange);
  try {
    const values = arithmetic.applyMixture(spec.codec, spec.reference, spec.mixed, assembled);
    const snapshot = arithmetic.createSnapshot(primitives.hash, spec.layout, values);
    held.set(snapshot.hash, snapshot);
    exchange.result = {hash: snapshot.hash, weight: arithmetic.weightOf(assembled)};
    setup.exchanging.observe(context.nowMs - exchange.startedAtMs);
    const {rules} = setup;
    const isTooLight =
      exchange.result.weight < leastWeight(rules, Math.max(rules.previousPeak, exchange.result.weight));
    if (isTooLight) context.state.minimum = exchange.participants.length + 1;
  } catch (error) {
    if (!isCoded(error)) throw error;
    // Only an owner that lies about a sum brings this about; the sums were checked before they were announced.
    objectTo(context, ownerOf(exchange, index), "invalid");
  }
}

function assemble(context: RoundContext, exchange: Exchange): Uint8Array {
  const {codec, mixed} = context.state.setup.spec;
  const whole = new Uint8Array(contributionSize(codecOf(codec.sums), mixed));
  for (const [index, bytes] of exchange.sums) whole.set(bytes, exchange.chunks[index]?.sum.offsetBytes ?? 0);
  exchange.sums.clear();
  return whole;
}

/** Tells `peer`, whose link came back, of the sums this member announced before. */
export function resendSums(context: RoundContext, peer: MemberId): void {
  const {exchange} = context.state;
  if (exchange === null) return;
  for (const [chunk, sum] of exchange.owned) {
    sendTo(context, [peer], {type: "summed", group: exchange.group, chunk, sum});
  }
}
