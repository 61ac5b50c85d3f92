import type {Standardiser} from "../../data/index.ts";
import type {NetworkRound} from "../engine/network-outcome.ts";

/** Name of the network under test in results.csv. */
export const GOSSIP = "Gossip";
/** The same network in which nobody does harm: what an attack costs is the difference to it. */
export const UNATTACKED = "Gossip (no attack)";

/** One way to learn from the cohort's sites, and what came of it. */
export interface MethodOutcome {
  /** As results.csv names it. */
  readonly method: string;
  /**
   * Models by whom they belong to: one entry for a model that all share, as many as sites, in the cohort's order, where
   * each node holds its own.
   */
  readonly models: readonly HeldModel[];
  readonly rounds: readonly MethodRound[];
  /** SHA-256 of the final state; null where nothing is exchanged. */
  readonly stateHash: string | null;
}

/** A model, and how patients are scaled for it. */
export interface HeldModel {
  /** `[layoutSize]`, not to be changed. */
  readonly parameters: Float32Array;
  /** The scaling that it carries; null: patients are scaled by the statistics of their own site. */
  readonly standardiser: Standardiser | null;
}

/** A round of a method, and the first metric after it. */
export interface MethodRound extends NetworkRound {
  /** Null where it is undefined. */
  readonly value: number | null;
}
