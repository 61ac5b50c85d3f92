import {resolve} from "node:path";
import {encoderOf} from "./encode-cell.ts";
import {featuresOf} from "./features.ts";
import {labelReader, readTime} from "./label.ts";
import {type DelimitedFile, readDelimited} from "./readers/delimited-file.ts";
import {keyedParts, partsByKey} from "./readers/keyed-split-file.ts";
import {assignParts} from "./readers/split-file.ts";
import type {TableRow} from "./readers/table-header.ts";
import {refuseCell} from "./refuse-cell.ts";
import {type SiteQuery, siteFiles} from "./site-query.ts";
import {createTableRows, type TableRows} from "./table-rows.ts";
import {taskRoot} from "./task.ts";
import type {TabularTask} from "./task-schema.ts";
import type {AssignedPart, SiteTable} from "./types.ts";

function siteFile(task: TabularTask, query: SiteQuery): DelimitedFile {
  const {file} = siteFiles(task, query.site);
  const path = resolve(taskRoot(query, query.variables), file);
  return {path, name: file, delimiter: task.csv.delimiter, columns: task.fileColumns};
}

/** The file of the task's split, which is CSV with commas whatever the table is. */
function splitFile(name: string, query: SiteQuery): DelimitedFile {
  return {path: resolve(taskRoot(query, query.variables), name), name, delimiter: ","};
}

/** Cells asked of the file: first the label, of survival then the time, then the features, last the patient key. */
function wantedColumns({label, columns, patient}: TabularTask): readonly string[] {
  const time = label.time === undefined ? [] : [label.time.column];
  const names = [label.column, ...time, ...columns.map((column) => column.name)];
  return patient === null ? names : [...names, patient];
}

/** What the cells of a row become while they are read. */
interface RowInProgress {
  label: 0 | 1;
  time: number | null;
  readonly features: number[];
}

type CellReader = (cell: string, into: RowInProgress) => ReturnType<ReturnType<typeof encoderOf>["encode"]>;

/** A reader for each of {@link wantedColumns} but the patient key. */
function cellReaders(task: TabularTask): CellReader[] {
  const readLabel = labelReader(task);
  const {time} = task.label;
  const ofLabel: CellReader = (cell, into) => {
    const read = readLabel(cell);
    if (typeof read === "object") return read;
    into.label = read;
    return undefined;
  };
  const ofTime: CellReader[] =
    time === undefined
      ? []
      : [
          (cell, into) => {
            const read = readTime(time, cell);
            if (typeof read === "object") return read;
            into.time = read;
            return undefined;
          },
        ];
  const ofFeatures = task.columns.map(encoderOf).map(
    (encoder): CellReader =>
      (cell, into) =>
        encoder.encode(cell, into.features),
  );
  return [ofLabel, ...ofTime, ...ofFeatures];
}

/** What rows are read with. */
interface RowReading {
  readonly task: TabularTask;
  readonly file: DelimitedFile;
  readonly site: string;
  readonly rows: TableRows;
  /** The site's patients where one file holds those of all sites; null where all rows are the site's. */
  readonly placed: ReadonlyMap<string, AssignedPart> | null;
}

function rowReader({task, file, site, rows, placed}: RowReading): (row: TableRow) => void {
  const readers = cellReaders(task);
  const markers = new Set(task.missing.markers.map((marker) => marker.trim()));
  const names = wantedColumns(task);
  const used = readers.length;
  const keyOf = (row: TableRow): string => {
    if (task.patient === null) return String(row.index);
    const key = row.cells[used] ?? "";
    if (key !== "" && !markers.has(key)) return key;
    const hint = "Give each row its patient's key, or set patient to null if each row is another patient.";
    const what = `${task.patient}: is missing`;
    return refuseCell(file.name, row, used, {code: "DATA_PATIENT_MISSING", what, hint});
  };
  return (row) => {
    const key = keyOf(row);
    if (placed !== null && !placed.has(key)) return;
    const into: RowInProgress = {label: 0, time: null, features: []};
    let isMissing = false;
    row.cells.slice(0, used).forEach((cell, position) => {
      if (markers.has(cell)) {
        isMissing = true;
        if (task.missing.policy === "drop-row") return;
        const hint = "Mend the file, or set missing.policy to drop-row.";
        const what = `${names[position]}: is missing`;
        refuseCell(file.name, row, position, {code: "DATA_VALUE_MISSING", what, hint});
      }
      const fault = readers[position]?.(cell, into);
      if (fault !== undefined) refuseCell(file.name, row, position, fault);
    });
    if (isMissing) rows.drop();
    else rows.add({...into, patient: `${site}:${key}`, rowNumber: row.index, line: row.line});
  };
}

/**
 * Reads and checks the table of one site; no other site's file is opened. Where one file holds all sites' patients
 * (a split by keys), rows of other sites' patients are passed over unread.
 * @param task that of `query`
 * @returns the table, owned by the caller
 * @throws {CodedError} one of the DATA_ codes, one line `file:line:column: what` that repeats no patient value
 */
export async function readTable(task: TabularTask, query: SiteQuery): Promise<SiteTable> {
  const {site} = query;
  const {split} = task;
  const file = siteFile(task, query);
  const featureNames = featuresOf(task).map((feature) => feature.name);
  const rows = createTableRows(file.name, featureNames.length);
  const placed = split.type === "keys" ? await partsByKey(splitFile(split.file, query), split, site) : null;
  const read = rowReader({task, file, site, rows, placed});
  for await (const row of readDelimited(file, wantedColumns(task))) read(row);
  const kept = rows.finish();
  const partsOf = async (): Promise<SiteTable["assignedParts"]> => {
    switch (split.type) {
      case "hash":
        return null;
      case "file":
        return assignParts(splitFile(split.file, query), {site, ...kept});
      case "keys":
        return keyedParts(placed ?? new Map(), {site, ...kept}, split.file);
    }
  };
  return {site, featureNames, ...kept, assignedParts: await partsOf(), slides: null};
}
