import type {Standardiser} from "../../data/index.ts";
import type {NetworkRound} from "../engine/network-outcome.ts";
import type {Effort} from "./effort-meter.ts";
import {expected} from "./expected.ts";
import type {Ending} from "./results.ts";
import type {Trial} from "./trial.ts";

/** One way to learn from the cohort's sites, and what came of it. */
export interface MethodOutcome extends Ending {
  /** As results.csv names it. */
  readonly method: string;
  /**
   * Models by whom they belong to: one entry for a model that all share, as many as sites, in the cohort's order, where
   * each node holds its own. None where training diverged or stalled.
   */
  readonly models: readonly HeldModel[];
  readonly rounds: readonly MethodRound[];
  /** What it was trained with. */
  readonly learningRate: number;
  readonly effort: Effort;
  /** Bytes of parameters that all nodes together sent before the first round; null of methods that move patients. */
  readonly setupBytes: number | null;
}

/** Of training that came to its end. */
export const FINISHED: Ending = {status: "finished", divergedAt: null, stall: null};

/** A model, and how patients are scaled for it. */
export interface HeldModel {
  /** `[layoutSize]`, not to be changed. */
  readonly parameters: Float32Array;
  /** The scaling that it carries; null: patients are scaled by the statistics of their own site. */
  readonly standardiser: Standardiser | null;
}

/**
 * Models of nodes that learn together: they carry their scaling where the plan's is the same everywhere.
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
    standardiser: isOwn ? null : expected(standardisers[place], `the scaling of node ${place}`),
  }));
}

/** The model that judges the `place`-th site's patients: the one that all share, or the site's own. */
export function modelAt(models: readonly HeldModel[], place: number): HeldModel {
  return expected(models.length === 1 ? models[0] : models[place], `the model of node ${place}`);
}

/** A round of a method, counted from 1 as people count, and the first metric after it. */
export interface MethodRound extends NetworkRound {
  /** Null where it is undefined. */
  readonly value: number | null;
}
