import {at} from "../core/index.ts";
import {isBagModel, type Model, type ModelSpec} from "../model/index.ts";
import {fillBag} from "./bag-source.ts";
import {type PatientRows, rowsOfPatients} from "./patient-rows.ts";

/** A model, its parameters and the kind of its examples. */
export interface ScoredBy {
  readonly model: Model;
  readonly spec: ModelSpec;
  /** `[layoutSize]`, read only. */
  readonly parameters: Float32Array;
}

function bagScores({model, parameters}: ScoredBy, rows: PatientRows): Float32Array<ArrayBuffer> {
  return Float32Array.from(rowsOfPatients(rows), (tiles) => {
    const d = tiles.length * (rows.d + 1);
    const values = new Float32Array(d);
    fillBag(rows, tiles, values);
    return at(model.predict(parameters, {n: 1, d, values}), 0);
  });
}

/** The mean of each patient's row scores, `[patients]`; sums in f64. @param scores `[n]` */
export function meanByPatient(
  {patients, patientOf}: Pick<PatientRows, "patients" | "patientOf">,
  scores: Float32Array,
): Float32Array<ArrayBuffer> {
  const sums = new Float64Array(patients);
  const counts = new Float64Array(patients);
  scores.forEach((score, row) => {
    const patient = at(patientOf, row);
    sums[patient] = at(sums, patient) + score;
    counts[patient] = at(counts, patient) + 1;
  });
  return Float32Array.from(sums, (sum, patient) => sum / at(counts, patient));
}

/** The most probable class of each patient's first row, `[patients]`, by a model of more than two classes. */
export function patientClasses(
  model: Model,
  parameters: Float32Array,
  {n, d, values, patients, patientOf}: PatientRows,
): Float32Array<ArrayBuffer> {
  const predicted = model.predict(parameters, {n, d, values});
  const classes = new Float32Array(patients);
  for (let row = n - 1; row >= 0; row--) classes[at(patientOf, row)] = at(predicted, row);
  return classes;
}

/**
 * Computes the probability of label 1 for each patient, or for "cox" the log risk. A model of bags takes all
 * the patient's tiles as one bag. For any other model it is the mean over the patient's rows. Clinical
 * figures count patients, never rows.
 * @returns `[patients]`, owned by the caller
 * @throws MODEL_WRONG_WIDTH, MODEL_WRONG_LENGTH
 */
export function patientScores(by: ScoredBy, rows: PatientRows): Float32Array<ArrayBuffer> {
  if (isBagModel(by.spec)) return bagScores(by, rows);
  const {n, d, values} = rows;
  return meanByPatient(rows, by.model.predict(by.parameters, {n, d, values}));
}
