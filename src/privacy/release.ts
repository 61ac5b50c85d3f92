import {CodedError, type Hash, toHex} from "../core/index.ts";
import {
  type Codec,
  type Dither,
  encodeContribution,
  type Mixture,
  type Snapshot,
} from "../parameters/index.ts";
import {clipFactor, l2Norm} from "./clip.ts";

declare const releaseBrand: unique symbol;

/**
 * Bytes that may leave the node. Only this room makes them, and the network accepts nothing else.
 * A release of an update reveals that update to the peers that sum it; gossip alone hides nothing.
 */
export interface Release {
  readonly [releaseBrand]: true;
  /** Lower-case hexadecimal SHA-256 of `bytes`, by which peers fetch them. */
  readonly hash: string;
  /** Not to be changed once released. */
  readonly bytes: Uint8Array;
}

const releases = new WeakSet<object>();

function mark(hash: string, bytes: Uint8Array): Release {
  // The brand exists only for the compiler. At run time the set is the proof.
  const release = Object.freeze({hash, bytes}) as Release;
  releases.add(release);
  return release;
}

/** Tells whether this room made `value`. */
export function isRelease(value: unknown): value is Release {
  return typeof value === "object" && value !== null && releases.has(value);
}

/** A site's own update before it leaves. */
export interface UpdateToRelease {
  /** `[d]`, x - ref: local parameters minus the round's snapshot. Not changed. */
  readonly update: Float32Array;
  /** p = n / N0 in (0, 1], exact in binary32. */
  readonly weight: number;
  /** a, above 0: divisor of the update if sites take different numbers of steps; default: no division. */
  readonly effort?: number;
  readonly codec: Codec;
  /** Dither of codecs that round at random, drawn anew for every update. */
  readonly dither: Dither;
  /** Largest L2 norm that may leave; a longer update is scaled down to it. */
  readonly clipNorm: number;
  readonly hash: Hash;
}

/** A released update and the effects of clipping and encoding. */
export interface ReleasedUpdate {
  readonly release: Release;
  /** L2 norm of the update before clipping. */
  readonly norm: number;
  readonly isClipped: boolean;
  /** Number of values that were too large for the codec and saturated. */
  readonly saturated: number;
}

/**
 * Clips, weights and encodes a site's update. This is the only way for local values to leave the node.
 * @throws PRIVACY_NOT_FINITE, PRIVACY_WRONG_WEIGHT
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {sha256} from "consilium/core";
 * import {codecOf, NO_DITHER} from "consilium/parameters";
 * import {releaseUpdate} from "consilium/privacy";
 *
 * const coding = {codec: codecOf("f32"), dither: NO_DITHER, hash: sha256};
 * const update = Float32Array.of(3, 4);
 * const {release, norm, isClipped} = releaseUpdate({...coding, update, weight: 0.25, clipNorm: 1});
 * assert.deepEqual([norm, isClipped], [5, true]);
 * // The shortened update times the weight, and then the weight.
 * assert.deepEqual(new Float32Array(release.bytes.buffer), Float32Array.of(0.15, 0.2, 0.25));
 * ```
 */
export function releaseUpdate({
  update,
  weight,
  effort,
  codec,
  dither,
  clipNorm,
  hash,
}: UpdateToRelease): ReleasedUpdate {
  if (!(weight > 0 && weight <= 1 && Math.fround(weight) === weight)) {
    throw new CodedError("PRIVACY_WRONG_WEIGHT", "the site's weight is not an exact share in (0, 1]", {
      hint: "Raise weights.reference in the plan to a power of two of at least the largest site.",
    });
  }
  const norm = l2Norm(update);
  if (!Number.isFinite(norm)) {
    throw new CodedError("PRIVACY_NOT_FINITE", "the site's update holds NaN or infinite values", {
      hint: "Lower training.optimizer.learningRate in the plan.",
    });
  }
  const factor = (clipFactor(norm, clipNorm) * weight) / (effort ?? 1);
  const exact = effort === undefined ? [weight] : [weight * effort, weight];
  const {bytes, saturated} = encodeContribution(codec, update, exact, {factor, dither});
  return {release: mark(toHex(hash(bytes)), bytes), norm, isClipped: norm > clipNorm, saturated};
}

/** Releases a sum of contributions as it is, because it is built only from releases. */
export function releaseMixture(mixture: Mixture): Release {
  return mark(mixture.hash, mixture.bytes);
}

/** Releases the common result of a round, because every member holds it. */
export function releaseSnapshot(snapshot: Snapshot): Release {
  return mark(snapshot.hash, snapshot.bytes);
}

/**
 * Releases bytes that this node released before a restart and read back from its disk.
 * @param recorded the hash that was journalled when they were released
 * @throws PRIVACY_NOT_RELEASED
 */
export function releaseAgain(hash: Hash, bytes: Uint8Array, recorded: string): Release {
  if (toHex(hash(bytes)) !== recorded) {
    throw new CodedError("PRIVACY_NOT_RELEASED", "stored bytes differ from the release the journal records");
  }
  return mark(recorded, bytes);
}
