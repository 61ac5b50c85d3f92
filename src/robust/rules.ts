/** Names of the robust rules, as a plan writes them. */
export type RobustRuleName =
  | "trimmed-mean"
  | "median"
  | "geometric-median"
  | "krum"
  | "multi-krum"
  | "centred-clipping"
  | "self-centred-clipping";

/** A way to combine received vectors when some of them may be meant to do harm. */
export interface RobustRule {
  readonly rule: RobustRuleName;
  /** Greatest number of members whose vectors may be arbitrary: an integer of at least 0. */
  readonly faulty: number;
  /** True if the longest vectors are first shortened to the length of the next. */
  readonly adaptiveClipping: boolean;
  /** True if each vector is then replaced by the mean of those nearest to it. */
  readonly nearestNeighbours: boolean;
}

/** `[d]`, one member's model minus the common snapshot of the round; never changed. */
export type RobustVector = Float32Array | Float64Array;

/** Reason for which a vector was used unchanged. */
export type UsedReason =
  /** It, or at least one of its values, went into the result. */
  | "kept"
  /** Its own neighbourhood went into the result, but no other vector counts it among its nearest. */
  | "nobodys-neighbour";

/** Reason for which a vector was used in part. */
export type ClippedReason =
  /** It lies further from the centre than the rule lets a vector pull. */
  | "far-from-centre"
  /** It is among the longest. */
  | "longer-than-most";

/** Reason for which a vector had no part in the result. */
export type LeftOutReason =
  /** It holds NaN or values that are infinite in binary32. */
  | "not-finite"
  /** It is longer or shorter than the others. */
  | "wrong-length"
  /** Its weight is not above 0, or exceeds the most that a site may count. */
  | "wrong-weight"
  /** A value lies outside the declared range. */
  | "out-of-range"
  /** Its L2 norm is above the limit for norms. */
  | "too-long"
  /** Each of its values was among those trimmed. */
  | "extreme-everywhere"
  /** Others have a lower Krum score. */
  | "outscored";

/** A rule's treatment of one vector. */
export type Verdict =
  | {readonly verdict: "used"; readonly reason: UsedReason}
  /** Its distance from the centre, or its own length, was multiplied by `factor`, in [0, 1). */
  | {readonly verdict: "clipped"; readonly reason: ClippedReason; readonly factor: number}
  | {readonly verdict: "left-out"; readonly reason: LeftOutReason};

/** The answer of a robust rule; the same vectors in the same order give the same bytes on every machine. */
export interface RobustOutcome {
  /** `[d]`, owned by the caller. */
  readonly values: Float64Array;
  /** One for each vector given, in their order. */
  readonly verdicts: readonly Verdict[];
}

/** The verdict on a vector that went into the result. */
export const KEPT: Verdict = {verdict: "used", reason: "kept"};

/** The verdict on a vector that is left out for `reason`. */
export function leftOut(reason: LeftOutReason): Verdict {
  return {verdict: "left-out", reason};
}
