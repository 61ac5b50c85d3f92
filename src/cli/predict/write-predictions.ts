import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {present} from "../../core/index.ts";
import {standardise, type Task} from "../../data/index.ts";
import {patientLabels} from "../../node/index.ts";
import {patientScores} from "../../training/index.ts";
import {isFormula, writeCsv} from "./csv-file.ts";
import {type OwnPatients, ownKey, type PredictedPart} from "./own-patients.ts";
import type {UsableModel} from "./usable-model.ts";

const PARTS: readonly PredictedPart[] = ["train", "validation", "test", "new"];

/** Cross-entropy of the true class, in nats. */
const lossOf = (score: number, label: number): number => -Math.log(label === 1 ? score : 1 - score);

/** A file of predictions. */
export interface WrittenPart {
  readonly path: string;
  readonly patients: number;
  /**
   * Number of these patients whose keys look like formulas to a spreadsheet and get an apostrophe before
   * them.
   */
  readonly marked: number;
}

/**
 * Writes PART/patient-preds.csv below `folder` for each part that has patients. It has the columns of STAMP,
 * whose statistics run on it: PATIENT, the label, pred, the label_category of each category, loss. Patients
 * that took no part in the run are in the part `new`.
 */
export async function writePredictions(
  {folder, site}: {readonly folder: string; readonly site: string},
  {column, negative, positive}: Task["label"],
  {groups}: Pick<OwnPatients, "groups">,
  usable: UsableModel,
): Promise<WrittenPart[]> {
  const categories = [String(negative[0]), String(positive[0])] as const;
  const header = [
    "PATIENT",
    column,
    "pred",
    ...categories.map((category) => `${column}_${category}`),
    "loss",
  ];
  const written: WrittenPart[] = [];
  for (const part of PARTS) {
    const group = groups.get(part);
    if (group === undefined) continue;
    const {rows, keys} = group;
    const labels = patientLabels(rows);
    const scores = patientScores(usable, standardise(rows, usable.standardiser));
    const path = join(folder, part, "patient-preds.csv");
    await mkdir(join(folder, part), {mode: 0o700});
    await writeCsv(
      path,
      header,
      keys.map((key, patient) => {
        const label = present(labels[patient], "a patient's label");
        const score = present(scores[patient], "a patient's score");
        const named = categories.map((_, category) => (category === 1 ? score : 1 - score));
        return [
          ownKey(site, key),
          present(categories[label], "a label's category"),
          categories[score >= 0.5 ? 1 : 0],
          ...named,
          lossOf(score, label),
        ];
      }),
    );
    const marked = keys.filter((key) => isFormula(ownKey(site, key))).length;
    written.push({path, patients: keys.length, marked});
  }
  return written;
}

/** The written files, for the owner. */
export function writtenLines({path, patients, marked}: WrittenPart): string[] {
  const told = `${path} (${patients} patients)`;
  if (marked === 0) return [told];
  const what = `${marked} of their keys, which a spreadsheet would take for formulas`;
  return [told, `warning: ${what}, got an apostrophe before them; take it away where you join by PATIENT`];
}
