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

/**
 * A network of members on virtual time.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {createRandom, sha256} from "consilium/core";
 * import {codecOf, NO_DITHER} from "consilium/parameters";
 * import {releaseUpdate} from "consilium/privacy";
 * import {parameterArithmetic, type RoundSpec} from "consilium/rounds";
 * import {World} from "consilium/simulation";
 *
 * const members = ["north", "south", "west"];
 * const coding = {codec: codecOf("f32"), dither: NO_DITHER, hash: sha256};
 * const shape = {layout: sha256(Uint8Array.of()), values: 1};
 * const reference = Float32Array.of(0);
 * const spec: RoundSpec = {...coding, ...shape, mixing: {kind: "all"}, reference, mixed: 1, outer: null};
 * const world = new World({
 *   members,
 *   setupOf: (self) => ({
 *     self,
 *     members,
 *     run: "00".repeat(16),
 *     roster: "00".repeat(32),
 *     rounds: 1,
 *     quorum: "majority",
 *     start: {members: 3, weight: 0, waitMs: 1000},
 *     weightShare: 0,
 *     limits: {minimumMs: 100, maximumMs: 4000},
 *     primitives: {hash: sha256, arithmetic: parameterArithmetic, sign: sha256, verify: () => true},
 *     specOf: () => spec,
 *     shapeOf: () => shape,
 *   }),
 *   contributionOf: (member) => {
 *     const update = Float32Array.of(members.indexOf(member));
 *     return releaseUpdate({...coding, update, weight: 0.25, clipNorm: 10}).release;
 *   },
 *   trainingMs: () => 50,
 *   random: createRandom({seed: 42, site: "", round: 0, purpose: "latency"}),
 *   faultAt: () => "none",
 * });
 * for (const member of members) world.start(member);
 * world.run();
 * for (const member of members)
 *   assert.deepEqual(world.sessionOf(member)?.view().certified?.snapshot.values, Float32Array.of(1));
 * ```
 */
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
