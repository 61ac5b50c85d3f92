import {sha256, toHex} from "../core/index.ts";
import type {Task} from "./task/task-schema.ts";
import type {SiteTable, SplitPart} from "./types.ts";

/** Digits of a mark: 128 bits, enough that no two patients share one. */
const MARK_DIGITS = 32;

/**
 * The marks of the patients in each part of a split: one per patient. A known patient's part can be found
 * from its mark, which does not show the key. For this machine only: a person who guesses a key can find its
 * mark.
 */
export type PartMarks = Readonly<Record<SplitPart, readonly string[]>>;

/** The content of a row that alone identifies its patient: bytes of its features and time, and its label. */
function rowText({featureNames, values, labels, times}: SiteTable, row: number): string {
  const width = featureNames.length;
  const features = values.slice(row * width, (row + 1) * width);
  return JSON.stringify([toHex(new Uint8Array(features.buffer)), labels[row], times?.[row] ?? null]);
}

/**
 * The mark of a namespaced key of `table`. A patient without a key is known by the number of its row, which
 * another row may have tomorrow; its mark therefore also depends on the content of the row.
 */
function marker(table: SiteTable, task: Task): (key: string) => string {
  const isKeyed = task.kind !== "tabular" || task.patient !== null;
  const rows = new Map(isKeyed ? [] : table.patients.map((key, row) => [key, row]));
  return (key) => {
    const row = rows.get(key);
    const parts = ["consilium/patient-mark/1", key, ...(row === undefined ? [] : [rowText(table, row)])];
    return toHex(sha256(new TextEncoder().encode(JSON.stringify(parts)))).slice(0, MARK_DIGITS);
  };
}

/** The marks of the patients of each part, ascending. @param keys namespaced keys of `table` */
export function partMarks(
  table: SiteTable,
  task: Task,
  keys: Readonly<Record<SplitPart, readonly string[]>>,
): PartMarks {
  const markOf = marker(table, task);
  const marks = (part: SplitPart): string[] => keys[part].map(markOf).sort();
  return {train: marks("train"), validation: marks("validation"), test: marks("test")};
}

/** Finds in `marks` the part of a namespaced key of `table`; undefined for a patient that is in none. */
export function partFinder(
  table: SiteTable,
  task: Task,
  marks: PartMarks,
): (key: string) => SplitPart | undefined {
  const markOf = marker(table, task);
  const parts = new Map<string, SplitPart>();
  for (const part of ["train", "validation", "test"] as const) {
    for (const mark of marks[part]) parts.set(mark, part);
  }
  return (key) => parts.get(markOf(key));
}
