import {OTHER_KIND} from "./frame-kind.ts";
import {createTokenBucket, type Rate, type TokenBucket} from "./token-bucket.ts";

/** What the budgets of a network follow from. */
export interface ExpectedLoad {
  /** Members on the roster, this one included: n. */
  readonly members: number;
  /** Bytes of the largest blob that a round moves: the model as a snapshot. */
  readonly roundBytes: number;
}

/** The quickest round there is, in milliseconds: two writes that reach the disk and four messages one after the other. */
export const LEAST_ROUND_MS = 50;

/** Frames that a member sends another in a round are fewer than this times n; without faults they are about three. */
export const FRAMES_PER_MEMBER = 4;

/** Of one kind it sends one for each member of the group at most, and where these are few, each again. */
export const LEAST_FRAMES_OF_A_KIND = 4;

/** A burst is what comes in this many milliseconds at the full rate: what was held up on a line comes all at once. */
export const BURST_MS = 4_000;

/** Kinds that are counted each by itself; frames of any further kind share one bucket. */
export const MAX_KINDS = 48;

/** A frame is on average no larger than this in bytes, and a part for each member: a certificate has a vote of each. */
const FRAME_BYTES = 1_024;
const FRAME_BYTES_OF_A_MEMBER = 256;

/** A frame of the largest size must pass, and a few after it. */
const LEAST_BURST_BYTES = 1024 * 1024;

/** Models that a member takes from another in a round: a part, sums, a snapshot to catch up, and each again once. */
const MODELS_PER_ROUND = 4;

/** What one member may have of this node. */
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
  /** Bytes that this node asks it for: more wait. */
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
 * The budgets of each member: what rounds of the least length need, one after the other without a pause, and
 * {@link BURST_MS} of it at once. docs/wire.md has them as a table.
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

/** What of its budget a member has spent more than it has. */
export type Overspent =
  | "frames"
  | "frame bytes"
  | "requests"
  | "served bytes"
  | "connections"
  | "service bytes";

/** What one member has left of its {@link Budgets}; each call says what it spent in vain, if anything. */
export interface PeerBudget {
  /** A frame of `kind`, before it is decoded. */
  frame(kind: string, sizeBytes: number, nowMs: number): Overspent | null;
  /** A transfer that it asks for. */
  request(nowMs: number): Overspent | null;
  /** Bytes that it is about to be served. */
  serve(sizeBytes: number, nowMs: number): Overspent | null;
  connection(nowMs: number): Overspent | null;
  service(sizeBytes: number, nowMs: number): Overspent | null;
  /** How long this node waits before it asks the member for so many bytes, in milliseconds. */
  ask(sizeBytes: number, nowMs: number): number;
}

/** A full {@link PeerBudget}. */
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
