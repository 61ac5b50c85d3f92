import {CodedError, sha256, toHex} from "../../core/index.ts";
import type {PatientMatrix} from "../../data/index.ts";
import {patientLabels, patientTimes} from "../../node/index.ts";
import type {SimulationErrorCode} from "../errors.ts";
import {expected} from "./expected.ts";
import {patientKeys} from "./patient-keys.ts";

/** A test patient with what is known of it. Groups are made of these alone, so that no score meets another's label. */
export interface TestPatient {
  /** From {@link patientKeys}. */
  readonly key: string;
  readonly label: number;
  /** Of survival alone. */
  readonly time: number | null;
}

/** A test patient under a model. */
export interface ScoredPatient extends TestPatient {
  readonly score: number;
}

/** Labels and scores of a group of test patients, in an order that is the same for all methods and seeds. */
export interface ScoredGroup {
  /** A site, "Pooled Test", or "External" and a site. */
  readonly test: string;
  /** Whether these are one training site's patients. */
  readonly isSite: boolean;
  /** Names the patients: equal names are equal patients in the same order. */
  readonly patients: string;
  /** `[n]`: the class; of survival, 1 where the event was seen. */
  readonly labels: readonly number[];
  /** `[n]`: the probability of class 1; of more classes, the class; of survival, the risk. */
  readonly scores: readonly number[];
  /** `[n]`, of survival alone. */
  readonly times?: readonly number[];
}

/** The patients of `rows`, in their order. */
export function testPatients(rows: PatientMatrix): TestPatient[] {
  const labels = patientLabels(rows);
  const times = patientTimes(rows);
  return patientKeys(rows).map((key, place) => ({
    key,
    label: expected(labels[place], "a patient's label"),
    time: times?.[place] ?? null,
  }));
}

/** `patients` with the scores of a model, `[n]` both, in the same order. @throws SIMULATION_SCORES_UNFIT */
export function withScores(patients: readonly TestPatient[], scores: ArrayLike<number>): ScoredPatient[] {
  if (scores.length !== patients.length) {
    const what = `a model gave ${scores.length} scores for ${patients.length} patients`;
    throw new CodedError<SimulationErrorCode>("SIMULATION_SCORES_UNFIT", what);
  }
  return patients.map((patient, place) => ({...patient, score: expected(scores[place], "a score")}));
}

/** Labels, scores and times of `patients`, in their order. */
export function columnsOf(
  patients: readonly ScoredPatient[],
): Pick<ScoredGroup, "labels" | "scores" | "times"> {
  const columns = {labels: patients.map(({label}) => label), scores: patients.map(({score}) => score)};
  const times = patients.flatMap(({time}) => (time === null ? [] : [time]));
  return times.length === 0 ? columns : {...columns, times};
}

/** A group of scored patients, sorted by their keys: the order that they are given in does not matter. */
export function scoredGroup(
  {test, isSite}: Pick<ScoredGroup, "test" | "isSite">,
  patients: readonly ScoredPatient[],
): ScoredGroup {
  const sorted = [...patients].sort((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -1 : 1));
  const keys = sorted.map(({key}) => key).join(" ");
  return {test, isSite, patients: toHex(sha256(new TextEncoder().encode(keys))), ...columnsOf(sorted)};
}
