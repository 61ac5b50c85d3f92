import {present} from "../core/index.ts";
import type {Mass} from "../parameters/index.ts";
import type {FrameOf, MemberId} from "../rounds/index.ts";
import {clockList} from "./clock.ts";
import {shuffledPartners} from "./partners.ts";
import {releasePending} from "./progress.ts";
import {addToMass, fetchMass, freeze, isSame, isUpTo, nextExchange, save, tell, tellPeople} from "./state.ts";
import type {ExchangeId, SegmentContext} from "./types.ts";

/*
 * Push-sum with an acknowledged outbox: a share leaves the mass for the outbox, is sent until it is
 * acknowledged, and is applied once, by its number. Kempe, Dobra, Gehrke, Gossip-based computation of
 * aggregate information, FOCS 2003.
 */

/** Greatest number of shares under way; more would leave a member with next to no weight. */
const MAX_OPEN_SHARES = 2;
const SHARE = 0.5;
/**
 * Share of its own p that a member keeps. A member much faster than those it hears from would otherwise halve
 * its weight until binary32 ends, and could no longer send or receive.
 */
const LEAST_WEIGHT = 2 ** -10;

/** Sends half of the mass if this member owes the others a share. */
export function considerShare(context: SegmentContext): void {
  const {state, nowMs} = context;
  if (state.stage !== "running" || !state.wantsExchange || nowMs < state.retryAtMs) return;
  if (state.joining !== null || state.outbox.size >= MAX_OPEN_SHARES) return;
  const {primitives, spec} = state.setup;
  if (!primitives.arithmetic.isAtLeast(SHARE * state.weight, LEAST_WEIGHT * spec.weight)) return;
  const partner = shuffledPartners(state).find(({peer}) => !state.outbox.has(peer));
  if (partner === undefined) return;
  const {peer} = partner;
  const id = nextExchange(state);
  const travelling = freeze(state, SHARE);
  addToMass(state, travelling.mass, -1);
  state.wantsExchange = false;
  state.outbox.set(peer, {id, travelling});
  save(context, {kind: "shared", peer, id});
}

/** Offers a share that is on disk, for the first time or again. */
export function sendShare(context: SegmentContext, peer: MemberId): void {
  const {state} = context;
  const share = state.outbox.get(peer);
  const isWritten = ![...state.writes.values()].some(
    ({purpose}) => purpose.kind === "shared" && purpose.peer === peer,
  );
  if (share === undefined || !isWritten) return;
  const {mixture} = share.travelling;
  context.emit({type: "publish-mixture", mixture});
  tell(context, peer, {type: "share", ...share.id, mass: mixture.hash, clock: clockList(state)});
}

/** Fetches a share, unless it was applied before or comes too late to be applied. */
export function onShare(context: SegmentContext, from: MemberId, frame: FrameOf<"share">): void {
  const {state} = context;
  const {incarnation, seq, mass} = frame;
  if (isUpTo(frame, state.received.get(from))) return confirm(context, from, frame);
  if (state.stage === "closed")
    return tell(context, from, {type: "share-taken", incarnation, seq, isTaken: false});
  // A joining member takes the share up later: it is offered again.
  if (state.stage === "idle" || state.joining !== null) return undefined;
  const isUnderWay = [...state.fetches.values()].some(({kind, peer}) => kind === "share" && peer === from);
  if (isUnderWay) return undefined;
  return fetchMass(context, {kind: "share", peer: from, id: {incarnation, seq}, hash: mass});
}

function confirm(context: SegmentContext, to: MemberId, {incarnation, seq}: ExchangeId): void {
  const {state} = context;
  const {version} = present(state.received.get(to), "the note of a share that was taken");
  if (version > state.durable) return;
  tell(context, to, {type: "share-taken", incarnation, seq, isTaken: true});
}

/** Adds a share to the mass, once, and writes that down before it is confirmed. */
export function takeShare(context: SegmentContext, peer: MemberId, id: ExchangeId, mass: Mass): void {
  const {state} = context;
  if (state.stage === "closed" || isUpTo(id, state.received.get(peer))) return;
  // All members together weigh no more than this: a greater weight means that somebody makes up mass.
  const {primitives, members} = state.setup;
  if (!primitives.arithmetic.isAtLeast(members.length, state.weight + mass.weight)) return;
  addToMass(state, mass, 1);
  state.exchanges += 1;
  releasePending(state);
  state.received.set(peer, {...id, version: state.version + 1});
  save(context, {kind: "received", peer, id});
}

/** Confirms a share that is written down as received; its sender may forget it. */
export function onReceived(context: SegmentContext, peer: MemberId, id: ExchangeId): void {
  confirm(context, peer, id);
}

/** Handles the word that a share has arrived, or never will and is this member's own again. */
export function onShareTaken(context: SegmentContext, from: MemberId, frame: FrameOf<"share-taken">): void {
  const {state} = context;
  const share = state.outbox.get(from);
  if (share === undefined || !isSame(frame, share.id)) return;
  state.outbox.delete(from);
  context.emit({type: "withdraw", hash: share.travelling.mixture.hash});
  if (!frame.isTaken) addToMass(state, share.travelling.mass, 1);
  save(context, {kind: "noted"});
}

/** Gives up shares whose receivers do not answer: they count as arrived, and people are told. */
export function abandonShares(context: SegmentContext): void {
  const {state} = context;
  for (const [member, {travelling}] of state.outbox) {
    const {weight} = travelling.mass;
    tellPeople(context, {kind: "mass-undetermined", round: state.setup.round, member, weight});
    context.emit({type: "withdraw", hash: travelling.mixture.hash});
  }
  state.outbox.clear();
}
