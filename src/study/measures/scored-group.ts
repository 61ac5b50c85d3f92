import {at, CodedError, sha256, toHex} from "../../core/index.ts";
import type {PatientMatrix} from "../../data/index.ts";
import {patientLabels, patientTimes} from "../../node/index.ts";
import type {SimulationErrorCode} from "../../simulation/index.ts";

/**
 * Names the patients of `rows`, `[patients]`, by the SHA-256 of each one's rows, labels and time. A patient
 * has the same key at every seed, at every site and under every method.
 */
function patientKeys({n, d, values, labels, times, patientOf, patients}: PatientMatrix): string[] {
  const rowsOf = Array.from({length: patients}, (): Uint8Array[] => []);
  for (let row = 0; row < n; row++) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset + 4 * row * d, 4 * d);
    const time = new TextEncoder().encode(times === undefined ? "" : String(times[row]));
    const patient = at(patientOf, row);
    const label = at(labels, row);
    at(rowsOf, patient).push(bytes, Uint8Array.of(label), time);
  }
  return rowsOf.map((parts) => toHex(sha256(...parts)));
}

/**
 * A test patient with the known facts. Groups consist only of these, so no score meets another patient's
 * label.
 */
export interface TestPatient {
  /** Key from {@link patientKeys}. */
  readonly key: string;
  readonly label: number;
  /** For survival only. */
  readonly time: number | null;
}

/** A test patient under a model. */
export interface ScoredPatient extends TestPatient {
  readonly score: number;
}

/** Labels and scores of a group of test patients, in the same order for all methods and seeds. */
export interface ScoredGroup {
  /** A site, "Pooled Test", or "External" and a site. */
  readonly test: string;
  /** True if these are one training site's patients. */
  readonly isSite: boolean;
  /** Names the patients: equal names mean equal patients in the same order. */
  readonly patients: string;
  /** `[n]`: the class; for survival, 1 if the event was seen. */
  readonly labels: readonly number[];
  /** `[n]`: the probability of class 1; for more classes, the class; for survival, the risk. */
  readonly scores: readonly number[];
  /** `[n]`, for survival only. */
  readonly times?: readonly number[];
}

/** Returns the patients of `rows`, in their order. */
export function testPatients(rows: PatientMatrix): TestPatient[] {
  const labels = patientLabels(rows);
  const times = patientTimes(rows);
  return patientKeys(rows).map((key, place) => ({
    key,
    label: at(labels, place),
    time: times?.[place] ?? null,
  }));
}

/**
 * Combines `patients` with the scores of a model, both `[n]` and in the same order.
 * @throws SIMULATION_SCORES_UNFIT
 */
export function withScores(patients: readonly TestPatient[], scores: ArrayLike<number>): ScoredPatient[] {
  if (scores.length !== patients.length) {
    const what = `a model gave ${scores.length} scores for ${patients.length} patients`;
    throw new CodedError<SimulationErrorCode>("SIMULATION_SCORES_UNFIT", what);
  }
  return patients.map((patient, place) => ({...patient, score: at(scores, place)}));
}

/** Returns labels, scores and times of `patients`, in their order. */
export function columnsOf(
  patients: readonly ScoredPatient[],
): Pick<ScoredGroup, "labels" | "scores" | "times"> {
  const columns = {labels: patients.map(({label}) => label), scores: patients.map(({score}) => score)};
  const times = patients.flatMap(({time}) => (time === null ? [] : [time]));
  return times.length === 0 ? columns : {...columns, times};
}

/** Builds a group of scored patients, sorted by their keys, so the given order does not matter. */
export function scoredGroup(
  {test, isSite}: Pick<ScoredGroup, "test" | "isSite">,
  patients: readonly ScoredPatient[],
): ScoredGroup {
  const sorted = [...patients].sort((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -1 : 1));
  const keys = sorted.map(({key}) => key).join(" ");
  return {test, isSite, patients: toHex(sha256(new TextEncoder().encode(keys))), ...columnsOf(sorted)};
}
