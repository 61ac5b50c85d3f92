import type {Random} from "../../core/index.ts";
import type {
  Certified,
  Contribution,
  Effect,
  Event,
  MemberId,
  Session,
  SessionSetup,
} from "../../gossip/index.ts";
import type {LinkModel} from "./link-model.ts";

/** What a fault does to a member at one of its effects. */
export type Fault = "crash-before" | "crash-after" | "none";

/** Local work that a member has begun. */
export interface AnnouncedTraining {
  readonly round: number;
  readonly certified: Certified | null;
  /** Of an asynchronous segment: the unit and where it starts. */
  readonly unit: {readonly unit: number; readonly start: Float32Array} | null;
  /** Virtual milliseconds at which it is done. */
  readonly dueMs: number;
}

/** A network of members on virtual time. */
export interface WorldOptions {
  readonly members: readonly MemberId[];
  /** A member's session, but for what its disk restores. */
  setupOf(member: MemberId): Omit<SessionSetup, "restored">;
  /** The member's released update for a round, and how long its training takes. */
  contributionOf(member: MemberId, round: number, certified: Certified | null): Contribution;
  trainingMs(member: MemberId, round: number): number;
  /** The released update of a unit of an asynchronous segment, and how long its training takes. */
  progressOf?(member: MemberId, unit: number, start: Float32Array): Contribution;
  unitMs?(member: MemberId, unit: number): number;
  /**
   * Hears that a member begins to train and will be done at `dueMs`: the work may be done until then, outside the world,
   * which asks for it at that time. `unit` is null in a round without an asynchronous segment.
   */
  onTrain?(member: MemberId, training: AnnouncedTraining): void;
  /** Draws latencies of links, disks and transfers, and what a link's model leaves to chance. */
  readonly random: Random;
  /** The link from one member to another; without it every link is the plain one. */
  linkOf?(from: MemberId, to: MemberId): LinkModel;
  /**
   * Whether each frame is written to bytes and read again on its way, as it is unless told otherwise. Where it is not,
   * whoever takes a frame has the sender's own: the same, since a session writes what it can read and changes none.
   */
  readonly writesFrames?: boolean;
  /** Decides a fault at every effect of every member: every point at which a process can die. */
  faultAt(member: MemberId, effect: Effect, count: number): Fault;
  /** Opens a member's session; the default is the protocol's own. */
  openSession?(setup: SessionSetup): Session;
  onCertified?(member: MemberId, certified: Certified): void;
  /** Hears of every event that a member's session takes in, before it does. */
  onEvent?(member: MemberId, event: Event): void;
}
