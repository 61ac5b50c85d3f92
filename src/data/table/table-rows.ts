import {CodedError} from "../../core/index.ts";
import {countRange} from "../count-range.ts";
import type {DataErrorCode} from "../errors.ts";
import type {ColumnGap, SiteTable} from "../types.ts";

/** Most feature values of one table: 1 GiB of f32. */
export const MAX_TABLE_VALUES = 2 ** 28;

/** A row that passed every check. */
export interface CheckedRow {
  readonly features: readonly number[];
  readonly label: 0 | 1;
  /** Time of survival; otherwise null. */
  readonly time: number | null;
  /** Namespaced patient key. */
  readonly patient: string;
  readonly rowNumber: number;
  readonly line: number;
}

/** The contents of the rows of a table. */
export type GatheredRows = Pick<
  SiteTable,
  "values" | "labels" | "times" | "patients" | "rowNumbers" | "droppedRows" | "droppedPatients" | "gaps"
>;

/** Gathers rows whose number is not known beforehand. */
export interface TableRows {
  /** @throws {CodedError} DATA_PATIENT_LABELS_DIFFER, DATA_FILE_TOO_LARGE */
  add(row: CheckedRow): void;
  /** Counts a row that is left out because it lacks values in `columns`. */
  drop(patient: string, columns: readonly string[]): void;
  /** Returns the table so far; to be called once. @throws {CodedError} DATA_NO_ROW_LEFT */
  finish(): GatheredRows;
}

/** Refuses a table of which no row is left, and names the columns that caused it. */
function refuseEmpty(fileName: string, droppedRows: number, gaps: readonly ColumnGap[]): never {
  const named = gaps.map(
    ({column, rows}) => `${column} in ${rows === droppedRows ? "each" : countRange(rows)}`,
  );
  const what = `${fileName}: every row misses a value (${named.join(", ")})`;
  throw new CodedError<DataErrorCode>("DATA_NO_ROW_LEFT", what, {
    hint: "Check missing.markers, or leave out the column that is never filled.",
    data: {droppedRows},
  });
}

/** Creates an empty {@link TableRows} for `width` features per row; `fileName` is for messages. */
export function createTableRows(fileName: string, width: number): TableRows {
  let values = new Float32Array(64 * width);
  const labels: (0 | 1)[] = [];
  const times: number[] = [];
  const patients: string[] = [];
  const rowNumbers: number[] = [];
  const firstOf = new Map<string, Pick<CheckedRow, "label" | "time" | "line">>();
  const gaps = new Map<string, number>();
  const dropped = new Set<string>();
  let droppedRows = 0;
  const makeRoom = (size: number): void => {
    if (size > MAX_TABLE_VALUES) {
      const what = `${fileName}: more than ${MAX_TABLE_VALUES} values`;
      throw new CodedError<DataErrorCode>("DATA_FILE_TOO_LARGE", what, {hint: "Use fewer rows or columns."});
    }
    if (size <= values.length) return;
    const larger = new Float32Array(Math.min(MAX_TABLE_VALUES, Math.max(size, 2 * values.length)));
    larger.set(values);
    values = larger;
  };
  return {
    add({features, label, time, patient, rowNumber, line}) {
      const first = firstOf.get(patient);
      if (first === undefined) firstOf.set(patient, {label, time, line});
      else if (first.label !== label || first.time !== time) {
        const what = `${fileName}:${line}: label or time differs from that of the same patient on line ${first.line}`;
        const hint = "One label per patient: mend the file, or choose another patient column.";
        throw new CodedError<DataErrorCode>("DATA_PATIENT_LABELS_DIFFER", what, {hint});
      }
      const start = labels.length * width;
      makeRoom(start + width);
      values.set(features, start);
      labels.push(label);
      if (time !== null) times.push(time);
      patients.push(patient);
      rowNumbers.push(rowNumber);
    },
    drop(patient, columns) {
      droppedRows += 1;
      dropped.add(patient);
      for (const column of columns) gaps.set(column, (gaps.get(column) ?? 0) + 1);
    },
    finish() {
      const columns = [...gaps].map(([column, rows]) => ({column, rows})).sort((a, b) => b.rows - a.rows);
      if (labels.length === 0) refuseEmpty(fileName, droppedRows, columns);
      return {
        values: values.slice(0, labels.length * width),
        labels: Uint8Array.from(labels),
        times: times.length === 0 ? null : Float64Array.from(times),
        patients,
        rowNumbers: Uint32Array.from(rowNumbers),
        droppedRows,
        droppedPatients: [...dropped].filter((patient) => !firstOf.has(patient)).length,
        gaps: columns,
      };
    },
  };
}
