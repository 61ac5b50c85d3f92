import {OTHER_KIND} from "../frame-kind.ts";
import {createTokenBucket, type Rate, type TokenBucket} from "./token-bucket.ts";

/** The load from which the budgets of a network follow. */
export interface ExpectedLoad {
  /** Members on the roster, this one included: n. */
  readonly members: number;
  /** Bytes of the largest blob that a round moves: the model as a snapshot. */
  readonly roundBytes: number;
}

/** Shortest possible round, in milliseconds: two writes to disk and four messages, one after the other. */
export const LEAST_ROUND_MS = 50;

/** A member sends another fewer frames in a round than this times n, and about 3 n without faults. */
export const FRAMES_PER_MEMBER = 4;

/**
 * Fewest frames of one kind per round. A member sends at most one for each member of the group; in small
 * groups each may be sent again.
 */
export const LEAST_FRAMES_OF_A_KIND = 4;

/** Length of a burst in milliseconds at the full rate: frames that a line held up arrive all at once. */
export const BURST_MS = 4_000;

/** Number of kinds that are counted separately; frames of all further kinds share one bucket. */
export const MAX_KINDS = 48;

/**
 * Bound on the average size of a frame, in bytes, with a part for each member: certificates hold all votes.
 */
const FRAME_BYTES = 1_024;
const FRAME_BYTES_OF_A_MEMBER = 256;

/** A frame of the largest size must pass, with a few after it. */
const LEAST_BURST_BYTES = 1024 * 1024;

/**
 * Models that a member takes from another in a round: a part, sums, a snapshot to catch up, and each again.
 */
const MODELS_PER_ROUND = 4;

/** Limits on the use that one member may make of this node. */
export interface Budgets {
  /** Frames of one kind. */
  readonly kindFrames: Rate;
  /** Bytes of frames of one kind. */
  readonly kindBytes: Rate;
  /** Frames of all kinds together. */
  readonly frames: Rate;
  /** Bytes of frames of all kinds together. */
  readonly frameBytes: Rate;
  /** Transfers that it asks for. */
  readonly requests: Rate;
  /** Bytes that it is served. */
  readonly servedBytes: Rate;
  /** Bytes that this node asks it for; further requests wait. */
  readonly askedBytes: Rate;
  /** Connections that it opens. */
  readonly connections: Rate;
  /** Bytes of libp2p's own protocols: identify, ping and Kademlia. */
  readonly serviceBytes: Rate;
}

function rate(amountPerRound: number, leastBurst = 0): Rate {
  const perSecond = (amountPerRound * 1000) / LEAST_ROUND_MS;
  return {perSecond, burst: Math.max(leastBurst, (perSecond * BURST_MS) / 1000)};
}

/**
 * The budgets of each member: enough for the shortest rounds one after the other without a pause, and for
 * {@link BURST_MS} of them at once. docs/wire.md has them as a table.
 */
export function budgetsFor({members, roundBytes}: ExpectedLoad): Budgets {
  const frameBytes = FRAME_BYTES + FRAME_BYTES_OF_A_MEMBER * members;
  const ofKind = Math.max(LEAST_FRAMES_OF_A_KIND, members);
  const all = FRAMES_PER_MEMBER * members;
  const transfers = rate(MODELS_PER_ROUND * roundBytes, LEAST_BURST_BYTES);
  return {
    kindFrames: rate(ofKind),
    kindBytes: rate(ofKind * frameBytes, LEAST_BURST_BYTES),
    frames: rate(all),
    frameBytes: rate(all * frameBytes, LEAST_BURST_BYTES),
    requests: rate(all),
    servedBytes: transfers,
    askedBytes: transfers,
    connections: {perSecond: 1, burst: 30},
    serviceBytes: {perSecond: 64 * 1024, burst: 4 * 1024 * 1024},
  };
}

/** The part of its budget that a member has overspent. */
export type Overspent =
  | "frames"
  | "frame bytes"
  | "requests"
  | "served bytes"
  | "connections"
  | "service bytes";

/** The rest of one member's {@link Budgets}; each call returns the part that is overspent, if any. */
export interface PeerBudget {
  /** Spends a frame of `kind`, before it is decoded. */
  frame(kind: string, sizeBytes: number, nowMs: number): Overspent | null;
  /** Spends a transfer that it asks for. */
  request(nowMs: number): Overspent | null;
  /** Spends bytes that it is about to be served. */
  serve(sizeBytes: number, nowMs: number): Overspent | null;
  connection(nowMs: number): Overspent | null;
  service(sizeBytes: number, nowMs: number): Overspent | null;
  /** Spends bytes that this node asks for; returns how long it must wait before it asks, in milliseconds. */
  ask(sizeBytes: number, nowMs: number): number;
}

/** Creates a full {@link PeerBudget}. */
export function createPeerBudget(budgets: Budgets, startMs: number): PeerBudget {
  const bucket = (of: Rate): TokenBucket => createTokenBucket(of, startMs);
  const kinds = new Map<string, {readonly frames: TokenBucket; readonly bytes: TokenBucket}>();
  const all = {frames: bucket(budgets.frames), bytes: bucket(budgets.frameBytes)};
  const requests = bucket(budgets.requests);
  const served = bucket(budgets.servedBytes);
  const asked = bucket(budgets.askedBytes);
  const connections = bucket(budgets.connections);
  const service = bucket(budgets.serviceBytes);
  const ofKind = (kind: string): {readonly frames: TokenBucket; readonly bytes: TokenBucket} => {
    const name = kinds.has(kind) || kinds.size < MAX_KINDS ? kind : OTHER_KIND;
    const known = kinds.get(name);
    if (known !== undefined) return known;
    const made = {frames: bucket(budgets.kindFrames), bytes: bucket(budgets.kindBytes)};
    kinds.set(name, made);
    return made;
  };
  return {
    frame(kind, sizeBytes, nowMs) {
      const own = ofKind(kind);
      if (!(own.frames.take(1, nowMs) && all.frames.take(1, nowMs))) return "frames";
      return own.bytes.take(sizeBytes, nowMs) && all.bytes.take(sizeBytes, nowMs) ? null : "frame bytes";
    },
    request: (nowMs) => (requests.take(1, nowMs) ? null : "requests"),
    serve: (sizeBytes, nowMs) => (served.take(sizeBytes, nowMs) ? null : "served bytes"),
    connection: (nowMs) => (connections.take(1, nowMs) ? null : "connections"),
    service: (sizeBytes, nowMs) => (service.take(sizeBytes, nowMs) ? null : "service bytes"),
    ask: (sizeBytes, nowMs) => asked.borrow(sizeBytes, nowMs),
  };
}
