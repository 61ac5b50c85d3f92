import {CodedError} from "../core/index.ts";
import type {DataErrorCode} from "./errors.ts";
import type {SiteTable} from "./types.ts";

/** Most feature values of one table: 1 GiB of f32. */
export const MAX_TABLE_VALUES = 2 ** 28;

/** A row that passed every check. */
export interface CheckedRow {
  readonly features: readonly number[];
  readonly label: 0 | 1;
  /** Of survival; otherwise null. */
  readonly time: number | null;
  /** Namespaced patient key. */
  readonly patient: string;
  readonly rowNumber: number;
  readonly line: number;
}

/** Gathers rows whose number is not known beforehand. */
export interface TableRows {
  /** @throws {CodedError} DATA_PATIENT_LABELS_DIFFER, DATA_FILE_TOO_LARGE */
  add(row: CheckedRow): void;
  /** Counts a row that is left out for a missing value. */
  drop(): void;
  /** The table so far; to be called once. @throws {CodedError} DATA_NO_ROW_LEFT */
  finish(): Pick<SiteTable, "values" | "labels" | "times" | "patients" | "rowNumbers" | "droppedRows">;
}

/** An empty {@link TableRows} for `width` features a row; `fileName` is for messages. */
export function createTableRows(fileName: string, width: number): TableRows {
  let values = new Float32Array(64 * width);
  const labels: (0 | 1)[] = [];
  const times: number[] = [];
  const patients: string[] = [];
  const rowNumbers: number[] = [];
  const firstOf = new Map<string, Pick<CheckedRow, "label" | "time" | "line">>();
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
    drop() {
      droppedRows += 1;
    },
    finish() {
      if (labels.length === 0) {
        throw new CodedError<DataErrorCode>("DATA_NO_ROW_LEFT", `${fileName}: every row misses a value`, {
          hint: "Check missing.markers, or leave out the column that is never filled.",
          data: {droppedRows},
        });
      }
      return {
        values: values.slice(0, labels.length * width),
        labels: Uint8Array.from(labels),
        times: times.length === 0 ? null : Float64Array.from(times),
        patients,
        rowNumbers: Uint32Array.from(rowNumbers),
        droppedRows,
      };
    },
  };
}
