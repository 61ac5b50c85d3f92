import type {Random} from "../../core/index.ts";

/** What a bad member does, and how strongly. */
export type Attack =
  /** Its own update, turned round and multiplied by `factor`. */
  | {readonly attack: "sign-flip"; readonly factor: number}
  /** The honest mean with noise N(0, `deviation`^2) in every value. */
  | {readonly attack: "gaussian"; readonly deviation: number}
  /** A model of zeros. */
  | {readonly attack: "zero"}
  | {readonly attack: "not-a-number"}
  /** A little is enough: mu - z sigma of the honest, value by value; `z` null for the one that the counts give. */
  | {readonly attack: "alie"; readonly z: number | null}
  /** Inner-product manipulation: -`epsilon` mu. */
  | {readonly attack: "inner-product"; readonly epsilon: number}
  /** The update of one honest member, for ever: the `target`-th. */
  | {readonly attack: "mimic"; readonly target: number}
  /** Away from where the honest would take the target, the common snapshot. */
  | {readonly attack: "dissensus"; readonly epsilon: number}
  /** Its own update, so large that it alone decides the mean. */
  | {readonly attack: "model-replacement"}
  /** The snapshot it was given, untrained. */
  | {readonly attack: "free-rider"}
  /** Its own update of `rounds` rounds ago; until then the one of the first round. */
  | {readonly attack: "replay"; readonly rounds: number};

/** `[d]`, a model less the common snapshot of the round; never changed by an attack. */
export type Update = Float32Array | Float64Array;

/** What the bad members, who know everything, know in a round. */
export interface AttackView {
  /** `[h, d]`, the honest members' updates in id order, at least one. */
  readonly honest: readonly Update[];
  /** `[r + 1, d]`, this bad member's own updates, trained as the honest train: of rounds 0 .. r, the present one last. */
  readonly own: readonly Update[];
  /** `[d]`, the common snapshot. */
  readonly reference: Update;
  /** f, how many are bad: at least 1; n is the honest and they. */
  readonly faulty: number;
  /** Draws the noise; used by nothing else. */
  readonly random: Random;
}
