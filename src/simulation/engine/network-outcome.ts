import type {Standardiser} from "../../data/index.ts";

/** What each node holds after a round, in the order of the cohort's sites. */
export interface HeldModels {
  /** Of training, from 0. */
  readonly round: number;
  /** `[layoutSize]` each; nodes that hold the same model share one array. Not to be changed. */
  readonly models: readonly Float32Array[];
  readonly standardisers: readonly Standardiser[];
}

/** One round of the network. */
export interface NetworkRound {
  /** Of training, from 0. */
  readonly round: number;
  /** Virtual seconds since the beginning at its end. */
  readonly seconds: number;
  /** Bytes of parameters that all nodes together have sent since the beginning, the set-up included. */
  readonly bytes: number;
  /** Names of nodes whose contribution is not in the result. */
  readonly absent: readonly string[];
  /**
   * Root of the mean squared distance of the nodes' models from their mean, of each round as the nodes had them when
   * its mixing ended and before they adopted one of them.
   */
  readonly consensusDistance: number;
}

/** A simulated network that came to no further result: an outcome, as divergence is. */
export interface Stall {
  /** Round of training, from 0, that did not end. */
  readonly round: number;
  /** Virtual seconds at which the last result was certified, or the last local work began. */
  readonly seconds: number;
  /** What was waited for when the simulation gave up, in one sentence without a full stop. */
  readonly reason: string;
}

/** What a simulated network ended with. */
export interface NetworkOutcome extends HeldModels {
  readonly rounds: readonly NetworkRound[];
  /**
   * Bytes of parameters that all nodes together sent before training: the exchange of the features' statistics, by the
   * full engine with the results that overtaken members fetched whole.
   */
  readonly setupBytes: number;
  /** SHA-256, hexadecimal: of the last certified snapshot or, where nodes hold different models, of all in order. */
  readonly stateHash: string;
  /**
   * Round of training, from 0, in which a site's training, a release or a sum held values that are no numbers; what is
   * held is then the state before it. Null where all rounds were taken.
   */
  readonly divergedAt: number | null;
  /** When and why nothing was decided any more; what is held is then the state before it. Null where that did not happen. */
  readonly stall: Stall | null;
}

/** Hears of each round of training when its result is there. */
export type RoundHook = (held: HeldModels, round: NetworkRound) => Promise<void> | void;
