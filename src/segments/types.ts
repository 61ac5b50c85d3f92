import type {Random} from "../core/index.ts";
import type {Mass, Mixture} from "../parameters/index.ts";
import type {AsyncSpec, Deadline, DeadlineLimits, Effect, MemberId, Primitives} from "../rounds/index.ts";

/** Names an exchange among its initiator's; later ones are greater. */
export interface ExchangeId {
  /** Number of times that the initiator had begun or resumed the segment. */
  readonly incarnation: number;
  readonly seq: number;
}

/** The end of an exchange: both mix, or the acceptor adopts the initiator's estimate. */
export type ExchangeEnd = "mixed" | "adopt";

/** A mass as it travels, with the values that both sides read from its bytes. */
export interface Travelling {
  readonly mixture: Mixture;
  readonly mass: Mass;
}

/** One exchange under way, seen from one of its two ends. */
export interface OpenExchange {
  readonly peer: MemberId;
  readonly id: ExchangeId;
  readonly role: "initiator" | "acceptor";
  /** W_ab. */
  readonly share: number;
  /**
   * Digest of the view behind the share, as this member offered it; a repeated offer must not name a later
   * one. Null at the acceptor.
   */
  readonly view: string | null;
  state: "offered" | "fetching" | "preparing" | "prepared";
  /** The peer's mass, once fetched. */
  theirs: Mass | null;
  /** Bytes of `theirs`, kept for the disk by an acceptor. */
  theirBytes: Uint8Array | null;
  /** Null until the peer has named it. */
  theirHash: string | null;
  sinceMs: number;
}

/** Exchanges that begin from the same mass: one for a random pair, all neighbours' for a phase. */
export interface Step {
  readonly phase: number | null;
  readonly own: Travelling;
  readonly edges: Map<MemberId, OpenExchange>;
  /** Neighbours that have not exchanged yet. */
  readonly awaited: Set<MemberId>;
  readonly startedAtMs: number;
  readonly deadlineMs: number;
}

/** A share that has left this member's mass and whose arrival is not confirmed. */
export interface Share {
  readonly id: ExchangeId;
  readonly travelling: Travelling;
}

/** An id with the write after which it may be mentioned. */
export interface Noted extends ExchangeId {
  readonly version: number;
}

/** A decision to commit that the acceptor has not confirmed. */
export interface Decision extends Noted {
  readonly outcome: ExchangeEnd;
}

/** The unit of work under way. */
export interface Unit {
  readonly unit: number;
  /** Mean clock of the others when it began. */
  readonly others: number;
}

/** The consequence of an outstanding write of a segment. */
export type WritePurpose =
  | {readonly kind: "begun" | "closed" | "noted"}
  | {
      readonly kind: "prepared" | "committed" | "applied" | "shared" | "received";
      readonly peer: MemberId;
      readonly id: ExchangeId;
    };

/** The purpose of an outstanding fetch of a segment. */
export interface MassFetch {
  readonly kind: "edge" | "share" | "shown";
  readonly peer: MemberId;
  readonly id: ExchangeId;
  readonly hash: string;
}

/** The parts of a segment that do not change. */
export interface SegmentSetup {
  readonly self: MemberId;
  readonly run: string;
  readonly round: number;
  /** Sorted. */
  readonly members: readonly MemberId[];
  readonly spec: AsyncSpec;
  /** `[d]`, values of the common snapshot that are mixed. */
  readonly reference: Float32Array;
  readonly primitives: Pick<Primitives, "hash" | "arithmetic">;
  readonly limits: DeadlineLimits;
}

/** Everything one member knows about its segment. */
export interface SegmentState {
  readonly setup: SegmentSetup;
  random: Random;
  readonly exchanging: Deadline;
  stage: "idle" | "running" | "closing" | "closed";
  values: Float64Array;
  weight: number;
  /** `[d]`, own progress that has not entered the mass yet; null: none. */
  pending: Float64Array | null;
  incarnation: number;
  seq: number;
  units: number;
  exchanges: number;
  work: Unit | null;
  readonly clock: Map<MemberId, number>;
  /** Time at which each member's clock was last seen to move, in ms. */
  readonly movedAtMs: Map<MemberId, number>;
  readonly linked: Set<MemberId>;
  readonly closers: Set<MemberId>;
  step: Step | null;
  /** Next phase to begin. */
  phase: number;
  /** True if this member owes the others an exchange. */
  wantsExchange: boolean;
  /** Earliest time at which another partner is tried. */
  retryAtMs: number;
  readonly committed: Map<MemberId, Decision>;
  readonly handled: Map<MemberId, Noted>;
  readonly outbox: Map<MemberId, Share>;
  readonly received: Map<MemberId, Noted>;
  /** Members whose view was last seen to differ. */
  readonly differing: Set<MemberId>;
  fork: Fork | null;
  /** The masses that others have shown so far to this late member; null: it is not joining them. */
  joining: Joining | null;
  /** True if it would join when late: it has not tried in vain yet. */
  mayJoin: boolean;
  /** The mass that this member shows to late members for a while. */
  shown: {readonly mixture: Mixture; readonly sinceMs: number} | null;
  /** Distance of each member's last estimate from one's own. */
  readonly distances: Map<MemberId, number>;
  version: number;
  durable: number;
  readonly writes: Map<number, {readonly version: number; readonly purpose: WritePurpose}>;
  readonly fetches: Map<number, MassFetch>;
  closingSinceMs: number;
  isTimerArmed: boolean;
}

/** A late member's attempt to begin at the others' median. */
export interface Joining {
  readonly sinceMs: number;
  readonly masses: Map<MemberId, Mass>;
}

/** The point at which the lost members and this one parted. */
export interface Fork {
  /** `[d]`, the estimate at the loss of the first of them, as a delta. */
  readonly estimate: Float64Array;
  /** Time at which each member was lost with which no exchange has ended since. */
  readonly lost: Map<MemberId, number>;
  /** All members that were lost. */
  readonly away: Set<MemberId>;
}

/** A segment's state, with the outlet for its effects. */
export interface SegmentContext {
  readonly state: SegmentState;
  readonly nowMs: number;
  emit(effect: Effect): void;
  nextId(): number;
}
