import type {Experiment} from "../config/index.ts";
import type {Cohort} from "../simulation/index.ts";
import {examplesOf, stepsOf} from "../training/index.ts";
import type {Point} from "./outputs/point-columns.ts";
import {methodCount} from "./study-cells.ts";

/** Size of a label, a score and a time in JSON, with a comma each. */
const PATIENT_BYTES = 80;
/** Size of keys, numbers, names of the method and of the group, and the reason of a stall. */
const ROW_BYTES = 2048;
/** Size of a site's name in the list of absent sites. */
const NAME_BYTES = 70;
/** Overtaken units count for less, so there are more exchanges than in a plan of segments. */
const MOST_OVERTAKEN = 8;

/** Largest number of rounds of a method, or of merges of swarm learning, which may come at each step. */
function mostRounds({plan}: Experiment, {sites}: Cohort): number {
  const {rounds, mixing, training, model} = plan;
  const steps = sites.map(({split}) => stepsOf(training, examplesOf(model, split.train)));
  const units = mixing.mode === "async" ? mixing.units * MOST_OVERTAKEN : 1;
  return rounds * units * steps.reduce((most, own) => Math.max(most, own), 1);
}

/**
 * Largest size in bytes that a trial of these patients takes as JSON, by its numbers of methods, groups,
 * patients and rounds. A larger file was not written by this program.
 * @param cohort of any seed
 */
export function mostTrialBytes(experiment: Experiment, point: Point, cohort: Cohort): number {
  const {sites, external} = cohort;
  const methods = methodCount(experiment) + (experiment.baselines.includes("local") ? sites.length : 0);
  const groups = sites.length + 1 + external.length;
  // A site's patients are in its own group and in the pooled one. Other seeds may deal some more of them to
  // the test.
  const patients =
    2 *
    [...sites, ...external].reduce(
      (sum, {split: {train, validation, test}}) => sum + train.patients + validation.patients + test.patients,
      0,
    );
  const row = ROW_BYTES + 4 * JSON.stringify(point).length;
  const rows = groups * (experiment.metrics.length + 1) + 1;
  const rounds = methodCount(experiment) * mostRounds(experiment, cohort) * (row + NAME_BYTES * sites.length);
  return methods * (rows * row + patients * PATIENT_BYTES) + rounds;
}
