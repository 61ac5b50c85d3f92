import {type Experiment, sweepPoints} from "../config/index.ts";
import {type Point, pointKey} from "./outputs/point-columns.ts";
import type {TrialResult} from "./trial-result.ts";

/** A point of the sweep with one seed. */
export interface TrialCell {
  readonly experiment: Experiment;
  readonly point: Point;
  readonly seed: number;
}

/** Lists all trials of an experiment in running order, with a point's seeds side by side. */
export function cellsOf(experiment: Experiment): TrialCell[] {
  return sweepPoints(experiment).flatMap(({point, experiment: own}) =>
    Array.from({length: own.repeats}, (_, repeat) => ({point, experiment: own, seed: own.seed + repeat})),
  );
}

/** Number of methods that a trial runs one after another. */
export function methodCount({baselines, attacks, decentralised}: Experiment): number {
  const graphs = baselines.includes("d-psgd") ? decentralised.graphs.length - 1 : 0;
  return 1 + baselines.length + graphs + (attacks.length > 0 ? 1 : 0);
}

/** Tells whether a trial belongs to a cell. */
export function isOf({point, seed}: TrialCell, trial: TrialResult): boolean {
  return trial.seed === seed && pointKey(trial.point) === pointKey(point);
}

/** Tells whether a kept trial is one of the experiment's. */
export function isTrialOf(experiment: Experiment, trial: TrialResult): boolean {
  return cellsOf(experiment).some((cell) => isOf(cell, trial));
}
