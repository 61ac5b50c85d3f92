import type {TabularTask, Task} from "../task/task-schema.ts";
import {canonicalCode, parseNumber} from "./cell.ts";
import {type CellFault, excelFault, notNumber, unknownCode} from "./encode-cell.ts";

/** Creates the reader of a label's cell, which returns 1 for positive, 0 for negative, or else the fault. */
export function labelReader({label}: Pick<Task, "label">): (cell: string) => 0 | 1 | CellFault {
  const positive = new Set(label.positive.map(canonicalCode));
  const negative = new Set(label.negative.map(canonicalCode));
  return (cell) => {
    const broken = excelFault(label.column, cell);
    if (broken !== undefined) return broken;
    const code = canonicalCode(cell);
    if (positive.has(code)) return 1;
    if (negative.has(code)) return 0;
    const what = `${label.column}: is neither a positive nor a negative label of the task`;
    return unknownCode(
      {code: "DATA_LABEL_UNKNOWN", what, hint: "Mend the file, or list the label in the task."},
      cell,
    );
  };
}

/** Reads a time of survival, a number of at least 0, or returns the fault. */
export function readTime(
  {column}: NonNullable<TabularTask["label"]["time"]>,
  cell: string,
): number | CellFault {
  const broken = excelFault(column, cell);
  if (broken !== undefined) return broken;
  const value = parseNumber(cell);
  if (value === undefined) return notNumber(column, cell);
  if (value >= 0) return value;
  const hint = "Count times from the patient's entry.";
  return {code: "DATA_VALUE_OUT_OF_RANGE", what: `${column}: is below 0`, hint};
}
