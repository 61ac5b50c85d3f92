import type {Standardiser} from "../../data/index.ts";

/** The models that the nodes hold after a round, in the order of the cohort's sites. */
export interface HeldModels {
  /** Round of training, from 0. */
  readonly round: number;
  /** `[layoutSize]` each. Nodes that hold the same model share one array. Not to be changed. */
  readonly models: readonly Float32Array[];
  readonly standardisers: readonly Standardiser[];
}

/** One round of the network. */
export interface NetworkRound {
  /** Round of training, from 0. */
  readonly round: number;
  /** Virtual seconds from the beginning to its end. */
  readonly seconds: number;
  /** Bytes of parameters that all nodes together have sent since the beginning, including the set-up. */
  readonly bytes: number;
  /** Names of nodes whose contribution is not in the result. */
  readonly absent: readonly string[];
  /**
   * Root of the mean squared distance of the nodes' models from their mean. It is measured when the mixing of
   * the round has ended, before the nodes adopt one of the models.
   */
  readonly consensusDistance: number;
}

/** A simulated network that produced no further result. Like divergence, this is an outcome. */
export interface Stall {
  /** Round of training, from 0, that did not end. */
  readonly round: number;
  /** Virtual seconds at which the last result was certified, or the last local work began. */
  readonly seconds: number;
  /** The reason of the stall, in one sentence without a full stop. */
  readonly reason: string;
}

/** Final state of a simulated network. */
export interface NetworkOutcome extends HeldModels {
  readonly rounds: readonly NetworkRound[];
  /**
   * Bytes of parameters that all nodes together sent before training: the exchange of the features'
   * statistics. In the full engine it includes the results that overtaken members fetched whole.
   */
  readonly setupBytes: number;
  /**
   * SHA-256, hexadecimal, of the last certified snapshot, or, if nodes hold different models, of all in
   * order.
   */
  readonly stateHash: string;
  /**
   * Round of training, from 0, in which a site's training, a release or a sum contained values that are not
   * finite. The models held are then those before it. Null if all rounds were completed.
   */
  readonly divergedAt: number | null;
  /**
   * Time and reason at which decisions ended. The models held are then those before it. Null if there was no
   * stall.
   */
  readonly stall: Stall | null;
}

/** Called after each round of training when its result is available. */
export type RoundHook = (held: HeldModels, round: NetworkRound) => Promise<void> | void;
