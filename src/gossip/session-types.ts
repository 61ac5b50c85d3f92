import type {
  Certificate,
  Certified,
  DeadlineMemory,
  Effect,
  Event,
  FrameOf,
  MemberId,
} from "../rounds/index.ts";
import type {SegmentView} from "../segments/index.ts";
import type {PresenceMemory} from "./presence.ts";

/** The state of a member, for status pages and logs. */
export interface SessionView {
  /** The round under way; equal to the plan's number of rounds when the run has ended. */
  readonly round: number;
  readonly isFinished: boolean;
  readonly certified: Certified | null;
  readonly ready: readonly MemberId[];
  /** The asynchronous segment of the round under way; null in a round without one. */
  readonly segment: SegmentView | null;
}

/**
 * One member's part in a run: the rounds one after another, and catching up on missed ones. Sans-I/O: every
 * event returns the effects to carry out, in order; the state changes nowhere else.
 */
export interface Session {
  /**
   * Handles one event at time `nowMs`. @throws GOSSIP_CERTIFICATE_INVALID, PARAMETERS_* for a peer's bad
   * bytes
   */
  handle(event: Event, nowMs: number): Effect[];
  view(): SessionView;
  /**
   * Its knowledge beside its certificate, when it has just reported one, before the next round has begun.
   * Null while it is catching up, because a checkpoint does not cover that.
   */
  checkpoint(): SessionCheckpoint | null;
}

/**
 * A session's knowledge beside its newest certificate when it has just reported that: enough to begin the
 * next round as the session itself did.
 */
export interface SessionCheckpoint {
  readonly lastId: number;
  readonly presence: PresenceMemory;
  readonly readiness: DeadlineMemory;
  readonly exchanging: DeadlineMemory;
  /** Time at which the round began, in ms. */
  readonly atMs: number;
  /** Members worth waiting for in it. */
  readonly worth: readonly MemberId[];
  /** The newest certificates, oldest first. */
  readonly recent: readonly Certificate[];
  /** Members that are proven to have contradicted themselves. */
  readonly equivocators: readonly MemberId[];
  /** Words of members a round ahead about it. */
  readonly early: readonly {readonly from: MemberId; readonly frame: FrameOf<"ready">}[];
}
