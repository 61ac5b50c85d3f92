import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {type SplitPart, standardise, type Task} from "../../data/index.ts";
import {patientLabels} from "../../node/index.ts";
import {patientScores} from "../../training/index.ts";
import {writeCsv} from "./csv-file.ts";
import type {OwnPatients} from "./own-patients.ts";
import type {UsableModel} from "./usable-model.ts";

const PARTS: readonly SplitPart[] = ["train", "validation", "test"];

/** Cross-entropy of the true class, in nats. */
const lossOf = (score: number, label: number): number => -Math.log(label === 1 ? score : 1 - score);

/**
 * Writes PART/patient-preds.csv below `folder` for each part that has patients, with the columns of STAMP, so that
 * its statistics run on them: PATIENT, the label, pred, the label_category of each category, loss.
 * @returns the files' paths
 */
export async function writePredictions(
  folder: string,
  {column, negative, positive}: Task["label"],
  {split, keys}: OwnPatients,
  usable: UsableModel,
): Promise<string[]> {
  const categories = [String(negative[0]), String(positive[0])] as const;
  const header = [
    "PATIENT",
    column,
    "pred",
    ...categories.map((category) => `${column}_${category}`),
    "loss",
  ];
  const written: string[] = [];
  for (const part of PARTS.filter((name) => split[name].patients > 0)) {
    const rows = split[part];
    const labels = patientLabels(rows);
    const scores = patientScores(usable, standardise(rows, usable.standardiser));
    const path = join(folder, part, "patient-preds.csv");
    await mkdir(join(folder, part), {mode: 0o700});
    await writeCsv(
      path,
      header,
      keys[part].map((key, patient) => {
        const [label = 0, score = Number.NaN] = [labels[patient], scores[patient]];
        const named = categories.map((_, category) => (category === 1 ? score : 1 - score));
        return [
          key,
          categories[label] ?? "",
          categories[score >= 0.5 ? 1 : 0],
          ...named,
          lossOf(score, label),
        ];
      }),
    );
    written.push(path);
  }
  return written;
}
