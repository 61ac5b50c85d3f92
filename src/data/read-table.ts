import {resolve} from "node:path";
import {encoderOf} from "./encode-cell.ts";
import {featuresOf} from "./features.ts";
import {labelReader} from "./label.ts";
import {type DelimitedFile, readDelimited} from "./readers/delimited-file.ts";
import {assignParts} from "./readers/split-file.ts";
import type {TableRow} from "./readers/table-header.ts";
import {refuseCell} from "./refuse-cell.ts";
import {type SiteQuery, siteFiles} from "./site-query.ts";
import {createTableRows, type TableRows} from "./table-rows.ts";
import {taskRoot} from "./task.ts";
import type {TabularTask} from "./task-schema.ts";
import type {SiteTable} from "./types.ts";

function siteFile(task: TabularTask, query: SiteQuery): DelimitedFile {
  const {file} = siteFiles(task, query.site);
  const path = resolve(taskRoot(query, query.variables), file);
  return {path, name: file, delimiter: task.csv.delimiter, columns: task.fileColumns};
}

/** Cells asked of the file: first the label, then the features, last the patient key. */
function wantedColumns(task: TabularTask): readonly string[] {
  const names = [task.label.column, ...task.columns.map((column) => column.name)];
  return task.patient === null ? names : [...names, task.patient];
}

function rowReader(
  task: TabularTask,
  file: DelimitedFile,
  site: string,
  rows: TableRows,
): (row: TableRow) => void {
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
        refuseCell(file.name, row, position, {
          code: "DATA_VALUE_MISSING",
          what: `${names[position]}: is missing`,
          hint,
        });
      }
      const read = position === 0 ? readLabel(cell) : encoders[position - 1]?.encode(cell, features);
      if (typeof read === "object") refuseCell(file.name, row, position, read);
      if (typeof read === "number") label = read;
    });
    const key = task.patient === null ? String(row.index) : (row.cells[used] ?? "");
    if (key === "" || (task.patient !== null && markers.has(key))) {
      const hint = "Give each row its patient's key, or set patient to null if each row is another patient.";
      refuseCell(file.name, row, used, {
        code: "DATA_PATIENT_MISSING",
        what: `${task.patient}: is missing`,
        hint,
      });
    }
    if (isMissing) rows.drop();
    else rows.add({features, label, patient: `${site}:${key}`, rowNumber: row.index, line: row.line});
  };
}

/**
 * Reads and checks the table of one site; no other site's file is opened.
 * @param task that of `query`
 * @returns the table, owned by the caller
 * @throws {CodedError} one of the DATA_ codes, one line `file:line:column: what` that repeats no patient value
 */
export async function readTable(task: TabularTask, query: SiteQuery): Promise<SiteTable> {
  const {site} = query;
  const file = siteFile(task, query);
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
  return {site, featureNames, ...kept, assignedParts, slides: null};
}
