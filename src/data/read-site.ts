import {resolve} from "node:path";
import {CodedError, closestName} from "../core/index.ts";
import {canonicalCode} from "./cell.ts";
import {type CellFault, encoderOf} from "./encode-cell.ts";
import type {DataErrorCode} from "./errors.ts";
import {featuresOf} from "./features.ts";
import {type DelimitedFile, type DelimitedRow, readDelimited} from "./readers/delimited-file.ts";
import {assignParts} from "./readers/split-file.ts";
import {createTableRows, type TableRows} from "./table-rows.ts";
import {type LocatedTask, taskRoot} from "./task.ts";
import type {Task} from "./task-schema.ts";
import type {SiteTable} from "./types.ts";

/** Which site's rows are wanted. */
export interface SiteQuery extends LocatedTask {
  /** A name under the task's `sites`. */
  readonly site: string;
  /** Values for `${NAME}` in the task's `root`, such as the process environment. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

function refuse(file: DelimitedFile, row: DelimitedRow, cell: number, fault: CellFault): never {
  const column = row.columnNumbers[cell] ?? 0;
  throw new CodedError<DataErrorCode>(fault.code, `${file.name}:${row.line}:${column}: ${fault.what}`, {
    hint: fault.hint,
    data: {file: file.name, line: row.line, column},
  });
}

function siteFile({task, folder, site, variables}: SiteQuery): DelimitedFile {
  const entry = Object.hasOwn(task.sites, site) ? task.sites[site] : undefined;
  if (entry === undefined) {
    const sites = Object.keys(task.sites);
    const meant = closestName(site, sites);
    throw new CodedError<DataErrorCode>("DATA_SITE_UNKNOWN", `task ${task.name}: lists no site "${site}"`, {
      hint: meant === undefined ? `Known: ${sites.join(", ")}.` : `Did you mean "${meant}"?`,
    });
  }
  const path = resolve(taskRoot({task, folder}, variables), entry.file);
  return {path, name: entry.file, delimiter: task.csv.delimiter, columns: task.fileColumns};
}

function labelReader({label}: Task): (cell: string) => 0 | 1 | CellFault {
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

/** Cells asked of the file: first the label, then the features, last the patient key. */
function wantedColumns(task: Task): readonly string[] {
  const names = [task.label.column, ...task.columns.map((column) => column.name)];
  return task.patient === null ? names : [...names, task.patient];
}

function rowReader(
  task: Task,
  file: DelimitedFile,
  site: string,
  rows: TableRows,
): (row: DelimitedRow) => void {
  const encoders = task.columns.map(encoderOf);
  const readLabel = labelReader(task);
  const markers = new Set(task.missing.markers.map((marker) => marker.trim()));
  const names = wantedColumns(task);
  const used = task.columns.length + 1;
  return (row) => {
    const features: number[] = [];
    let label: 0 | 1 = 0;
    let isMissing = false;
    row.cells.slice(0, used).forEach((cell, position) => {
      if (markers.has(cell)) {
        isMissing = true;
        if (task.missing.policy === "drop-row") return;
        const hint = "Mend the file, or set missing.policy to drop-row.";
        refuse(file, row, position, {
          code: "DATA_VALUE_MISSING",
          what: `${names[position]}: is missing`,
          hint,
        });
      }
      const read = position === 0 ? readLabel(cell) : encoders[position - 1]?.encode(cell, features);
      if (typeof read === "object") refuse(file, row, position, read);
      if (typeof read === "number") label = read;
    });
    const key = task.patient === null ? String(row.index) : (row.cells[used] ?? "");
    if (key === "" || (task.patient !== null && markers.has(key))) {
      const hint = "Give each row its patient's key, or set patient to null if each row is another patient.";
      refuse(file, row, used, {code: "DATA_PATIENT_MISSING", what: `${task.patient}: is missing`, hint});
    }
    if (isMissing) rows.drop();
    else rows.add({features, label, patient: `${site}:${key}`, rowNumber: row.index, line: row.line});
  };
}

/**
 * Reads and checks the table of one site; no other site's file is opened.
 * @returns the table, owned by the caller
 * @throws {CodedError} one of the DATA_ codes, one line `file:line:column: what` that repeats no patient value
 */
export async function readSite(query: SiteQuery): Promise<SiteTable> {
  const {task, site} = query;
  const file = siteFile(query);
  const featureNames = featuresOf(task).map((feature) => feature.name);
  const rows = createTableRows(file.name, featureNames.length);
  const read = rowReader(task, file, site, rows);
  for await (const row of readDelimited(file, wantedColumns(task))) read(row);
  const kept = rows.finish();
  const assignedParts =
    task.split.type === "hash"
      ? null
      : await assignParts(
          {
            path: resolve(taskRoot(query, query.variables), task.split.file),
            name: task.split.file,
            delimiter: ",",
          },
          {site, ...kept},
        );
  return {site, featureNames, ...kept, assignedParts};
}
