import {at} from "../core/index.ts";
import type {Standardiser} from "../data/index.ts";
import type {NetworkRound, Trial} from "../simulation/index.ts";
import type {Effort} from "./measures/effort-meter.ts";
import type {Ending} from "./results.ts";

/** The result of one way to learn from the cohort's sites. */
export interface MethodOutcome extends Ending {
  /** Name in results.csv. */
  readonly method: string;
  /**
   * Models by their owners: one entry for a model that all share, or one per site, in the cohort's order, if
   * each node holds its own. Empty if training diverged or stalled.
   */
  readonly models: readonly HeldModel[];
  readonly rounds: readonly MethodRound[];
  /** Learning rate of its training. */
  readonly learningRate: number;
  readonly effort: Effort;
  /**
   * Bytes of parameters that all nodes together sent before the first round; null for methods that move
   * patients.
   */
  readonly setupBytes: number | null;
}

/** The ending of training that was completed. */
export const FINISHED: Ending = {status: "finished", divergedAt: null, stall: null};

/** A model, and the scaling of patients for it. */
export interface HeldModel {
  /** `[layoutSize]`, not to be changed. */
  readonly parameters: Float32Array;
  /** The scaling that it carries. If null, patients are scaled by the statistics of their own site. */
  readonly standardiser: Standardiser | null;
}

/**
 * Combines models of nodes that learn together. They carry their scaling if the plan's is the same
 * everywhere.
 * @param models `[layoutSize]` each
 * @param standardisers of the nodes, in the models' order
 */
export function heldByNodes(
  {plan}: Pick<Trial, "plan">,
  models: readonly Float32Array[],
  standardisers: readonly Standardiser[],
): HeldModel[] {
  const isOwn = plan.task.standardisation === "site";
  return models.map((parameters, place) => ({
    parameters,
    standardiser: isOwn ? null : at(standardisers, place),
  }));
}

/**
 * Returns the model that judges the `place`-th site's patients: the one that all share, or the site's own.
 */
export function modelAt(models: readonly HeldModel[], place: number): HeldModel {
  return at(models, models.length === 1 ? 0 : place);
}

/** A round of a method, counted from 1 for people, and the first metric after it. */
export interface MethodRound extends NetworkRound {
  /** Null if it is undefined. */
  readonly value: number | null;
}
