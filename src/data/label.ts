import {canonicalCode} from "./cell.ts";
import type {CellFault} from "./encode-cell.ts";
import type {Task} from "./task-schema.ts";

/** Reads a label's cell as the task has it: 1 for positive, 0 for negative, or says why it is neither. */
export function labelReader({label}: Pick<Task, "label">): (cell: string) => 0 | 1 | CellFault {
  const positive = new Set(label.positive.map(canonicalCode));
  const negative = new Set(label.negative.map(canonicalCode));
  return (cell) => {
    const code = canonicalCode(cell);
    if (positive.has(code)) return 1;
    if (negative.has(code)) return 0;
    const what = `${label.column}: is neither a positive nor a negative label of the task`;
    return {code: "DATA_LABEL_UNKNOWN", what, hint: "Mend the file, or list the label in the task."};
  };
}
