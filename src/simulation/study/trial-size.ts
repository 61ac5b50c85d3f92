import type {Experiment} from "../../config/index.ts";
import {examplesOf, stepsOf} from "../../training/index.ts";
import type {Cohort} from "../cohort/cohort.ts";
import type {Point} from "../outputs/point-columns.ts";
import {methodsOf} from "./study-cells.ts";

/** A label, a score and a time as JSON has them, with a comma each. */
const PATIENT_BYTES = 80;
/** Keys, numbers, names of the method and of the group, and why a method stalled. */
const ROW_BYTES = 2048;
/** A site's name among those absent. */
const NAME_BYTES = 70;
/** Units that others overtake count for less, so that more exchanges are made than a plan of segments has. */
const MOST_OVERTAKEN = 8;

/** Rounds of a method, and merges of swarm learning, which may come at each step. */
function mostRounds({plan}: Experiment, {sites}: Cohort): number {
  const {rounds, mixing, training, model} = plan;
  const steps = sites.map(({split}) => stepsOf(training, examplesOf(model, split.train)));
  const units = mixing.mode === "async" ? mixing.units * MOST_OVERTAKEN : 1;
  return rounds * units * steps.reduce((most, own) => Math.max(most, own), 1);
}

/**
 * Most bytes that a trial of these patients takes as JSON, by how many methods, groups, patients and rounds it has: a
 * larger file is none that this program wrote.
 * @param cohort of any seed
 */
export function mostTrialBytes(experiment: Experiment, point: Point, cohort: Cohort): number {
  const {sites, external} = cohort;
  const methods = methodsOf(experiment) + (experiment.baselines.includes("local") ? sites.length : 0);
  const groups = sites.length + 1 + external.length;
  // A site's patients are in its own group and in the pooled one; seeds may deal some more of them to the test.
  const patients =
    2 *
    [...sites, ...external].reduce(
      (sum, {split: {train, validation, test}}) => sum + train.patients + validation.patients + test.patients,
      0,
    );
  const row = ROW_BYTES + 4 * JSON.stringify(point).length;
  const rows = groups * (experiment.metrics.length + 1) + 1;
  const rounds = methodsOf(experiment) * mostRounds(experiment, cohort) * (row + NAME_BYTES * sites.length);
  return methods * (rows * row + patients * PATIENT_BYTES) + rounds;
}
