import type {Random} from "../../core/index.ts";
import type {Session} from "../../gossip/index.ts";
import type {Certified, Contribution, Effect, Event, MemberId, SessionSetup} from "../../rounds/index.ts";
import type {LinkModel} from "./link-model.ts";

/** The effect of a fault on a member at one of its effects. */
export type Fault = "crash-before" | "crash-after" | "none";

/** Local work that a member has begun. */
export interface AnnouncedTraining {
  readonly round: number;
  readonly certified: Certified | null;
  /** In an asynchronous segment: the unit and its starting parameters. */
  readonly unit: {readonly unit: number; readonly start: Float32Array} | null;
  /** Virtual time in milliseconds at which it is done. */
  readonly dueMs: number;
}

/** A network of members on virtual time. */
export interface WorldOptions {
  readonly members: readonly MemberId[];
  /** Returns a member's session setup, without the records that its disk restores. */
  setupOf(member: MemberId): Omit<SessionSetup, "restored">;
  /** Returns the member's released update for a round, and the duration of its training. */
  contributionOf(member: MemberId, round: number, certified: Certified | null): Contribution;
  trainingMs(member: MemberId, round: number): number;
  /** Returns the released update of a unit of an asynchronous segment, and the duration of its training. */
  progressOf?(member: MemberId, unit: number, start: Float32Array): Contribution;
  unitMs?(member: MemberId, unit: number): number;
  /**
   * Reports that a member begins to train and will be done at `dueMs`. The work may be done until then,
   * outside the world, which asks for it at that time. `unit` is null in a round without an asynchronous
   * segment.
   */
  onTrain?(member: MemberId, training: AnnouncedTraining): void;
  /** Draws latencies of links, disks and transfers, and the random outcomes of a link's model. */
  readonly random: Random;
  /** Returns the link from one member to another. Without it every link is the plain one. */
  linkOf?(from: MemberId, to: MemberId): LinkModel;
  /**
   * True, the default, if each frame is written to bytes and read again on its way. If false, the receiver
   * gets the sender's own object. The result is the same, because a session writes what it can read and
   * changes no frame.
   */
  readonly writesFrames?: boolean;
  /** Decides a fault at every effect of every member, and thus at every point at which a process can die. */
  faultAt(member: MemberId, effect: Effect, count: number): Fault;
  /** Opens a member's session; the default is the protocol's own. */
  openSession?(setup: SessionSetup): Session;
  onCertified?(member: MemberId, certified: Certified): void;
  /** Called with every event before a member's session takes it in. */
  onEvent?(member: MemberId, event: Event): void;
}
