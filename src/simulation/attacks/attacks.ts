import type {Random} from "../../core/index.ts";

/** An attack of a bad member, with its strength. */
export type Attack =
  /** Its own update with the sign flipped, multiplied by `factor`. */
  | {readonly attack: "sign-flip"; readonly factor: number}
  /** The honest mean with noise N(0, `deviation`^2) in every value. */
  | {readonly attack: "gaussian"; readonly deviation: number}
  /** A model of zeros. */
  | {readonly attack: "zero"}
  | {readonly attack: "not-a-number"}
  /**
   * A little is enough: mu - z sigma of the honest updates, value by value. A null `z` means the value that
   * the counts give.
   */
  | {readonly attack: "alie"; readonly z: number | null}
  /** Inner-product manipulation: -`epsilon` mu. */
  | {readonly attack: "inner-product"; readonly epsilon: number}
  /** The update of one honest member, the `target`-th, in every round. */
  | {readonly attack: "mimic"; readonly target: number}
  /** Pushes the target, the common snapshot, away from where the honest members would take it. */
  | {readonly attack: "dissensus"; readonly epsilon: number}
  /** Its own update, so large that it alone decides the mean. */
  | {readonly attack: "model-replacement"}
  /** The given snapshot, untrained. */
  | {readonly attack: "free-rider"}
  /** Its own update from `rounds` rounds ago; before that, the one of the first round. */
  | {readonly attack: "replay"; readonly rounds: number};

/** `[d]`, a model minus the common snapshot of the round. An attack never changes it. */
export type Update = Float32Array | Float64Array;

/** The knowledge of the bad members in a round. They know everything. */
export interface AttackView {
  /** `[h, d]`, the honest members' updates in id order, at least one. */
  readonly honest: readonly Update[];
  /**
   * `[r + 1, d]`, this bad member's own updates of rounds 0 .. r, trained as the honest members train; the
   * present one is last.
   */
  readonly own: readonly Update[];
  /** `[d]`, the common snapshot. */
  readonly reference: Update;
  /** f, the number of bad members: at least 1. n counts the honest and the bad. */
  readonly faulty: number;
  /** Draws the noise. Nothing else uses it. */
  readonly random: Random;
}
