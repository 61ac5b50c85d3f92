import {resolve} from "node:path";
import {present} from "../../core/index.ts";
import {featuresOf} from "../features.ts";
import {attempt, FIRST_FAULT, type Findings} from "../findings.ts";
import type {DelimitedFile} from "../readers/delimited-file.ts";
import {keyedParts, partsByKey} from "../readers/keyed-split-file.ts";
import {assignParts} from "../readers/split-file.ts";
import {readTableFile} from "../readers/table-file.ts";
import type {TableRow} from "../readers/table-header.ts";
import {type SiteQuery, siteFiles} from "../site-query.ts";
import {taskRoot} from "../task/task.ts";
import type {TabularTask} from "../task/task-schema.ts";
import type {SiteTable} from "../types.ts";
import {missingMarkers} from "./cell.ts";
import {encoderOf} from "./encode-cell.ts";
import {createSpreadMeter, type SpreadMeter, tellSpreads} from "./feature-spread.ts";
import {labelReader, readTime} from "./label.ts";
import {noteAlikeKeys, refuseRoundedKey} from "./patient-key.ts";
import {createPlacedKeys, type PlacedKeys} from "./placed-keys.ts";
import {refuseCell} from "./refuse-cell.ts";
import {createTableRows, type TableRows} from "./table-rows.ts";

/** Times that span less than this share of the least one are dates: in any unit, dates over decades do. */
const DATE_SHARE = 0.5;

/** Fewer times may be near one another by chance. */
const ENOUGH = 10;

/**
 * Reports times of survival that look like dates, counted from one day for all patients.
 * @param column their name in messages
 * @param times at least 0
 */
function tellTimes(column: string, times: Float64Array, {tell}: Pick<Findings, "tell">): void {
  if (times.length < ENOUGH) return;
  const low = times.reduce((least, time) => Math.min(least, time));
  const high = times.reduce((most, time) => Math.max(most, time));
  if (high - low >= DATE_SHARE * low) return;
  const what = "all times are near one another and far from 0, as dates are";
  tell("warning", `${column}: ${what}; count each from its patient's entry`);
}

function siteFile(task: TabularTask, query: SiteQuery): DelimitedFile {
  const {file} = siteFiles(task, query.site);
  const path = resolve(taskRoot(query, query.variables), file);
  return {path, name: file, delimiter: task.csv.delimiter, columns: task.fileColumns};
}

/** The file of the task's split, which is always CSV with commas, whatever the table is. */
function splitFile(name: string, query: SiteQuery): DelimitedFile {
  return {path: resolve(taskRoot(query, query.variables), name), name, delimiter: ","};
}

/**
 * Cells wanted from the file: the label, for survival then the time, then the features, last the patient key.
 */
function wantedColumns({label, columns, patient}: TabularTask): readonly string[] {
  const time = label.time === undefined ? [] : [label.time.column];
  const names = [label.column, ...time, ...columns.map((column) => column.name)];
  return patient === null ? names : [...names, patient];
}

/** The values that the cells of a row become while they are read. */
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

function cellOf({cells}: TableRow, position: number): string {
  return present(cells[position], "a cell of a row");
}

/** The settings with which rows are read. */
interface RowReading {
  readonly task: TabularTask;
  readonly file: DelimitedFile;
  readonly site: string;
  readonly rows: TableRows;
  readonly meter: SpreadMeter;
  readonly findings: Findings;
  /** The site's patients if one file holds those of all sites; null if all rows are the site's. */
  readonly placed: PlacedKeys | null;
}

function rowReader({task, file, site, rows, meter, placed, findings}: RowReading): (row: TableRow) => void {
  const readers = cellReaders(task);
  const markers = missingMarkers(task.missing.markers);
  const names = wantedColumns(task);
  const used = readers.length;
  const keyOf = (row: TableRow): string => {
    if (task.patient === null) return String(row.index);
    const key = cellOf(row, used);
    refuseRoundedKey(file.name, row, used, task.patient);
    if (!markers.isMissingKey(key)) return key;
    const hint = "Give each row its patient's key, or set patient to null if each row is another patient.";
    const what = `${task.patient}: is missing`;
    return refuseCell(file.name, row, used, {code: "DATA_PATIENT_MISSING", what, hint});
  };
  const readCell = (
    reader: CellReader,
    row: TableRow,
    position: number,
    into: RowInProgress,
  ): "read" | "missing" => {
    const cell = cellOf(row, position);
    if (markers.isMissing(cell)) {
      if (task.missing.policy === "drop-row") return "missing";
      const hint = "Mend the file, or set missing.policy to drop-row.";
      const what = `${names[position]}: is missing`;
      refuseCell(file.name, row, position, {code: "DATA_VALUE_MISSING", what, hint});
    }
    const fault = reader(cell, into);
    if (fault !== undefined) refuseCell(file.name, row, position, fault);
    return "read";
  };
  return (row) => {
    const key = attempt(findings, () => keyOf(row));
    if (key === undefined || (placed !== null && !placed.takes(key))) return;
    const into: RowInProgress = {label: 0, time: null, features: []};
    const found = readers.map((reader, position) =>
      attempt(findings, () => readCell(reader, row, position, into)),
    );
    if (found.includes(undefined)) return;
    const patient = `${site}:${key}`;
    const gaps = names.filter((_, position) => found[position] === "missing");
    if (gaps.length > 0) rows.drop(patient, gaps);
    else {
      attempt(findings, () => {
        rows.add({...into, patient, rowNumber: row.index, line: row.line});
        meter.add(into.features);
      });
    }
  };
}

/**
 * Reads and checks the table of one site; opens no other site's file. If one file holds all sites' patients
 * (a split by keys), rows of other sites' patients are skipped unread.
 * @param task that of `query`
 * @returns the table, owned by the caller
 * @throws {CodedError} one of the DATA_ codes, one line `file:line:column: what` that repeats no patient
 *   value
 */
export async function readTable(task: TabularTask, query: SiteQuery): Promise<SiteTable> {
  const {site} = query;
  const {split} = task;
  const file = siteFile(task, query);
  const features = featuresOf(task);
  const featureNames = features.map(({name}) => name);
  const meter = createSpreadMeter(features.length);
  const rows = createTableRows(file.name, featureNames.length);
  const placing = split.type === "keys" ? await partsByKey(splitFile(split.file, query), split, site) : null;
  const placed = placing === null ? null : createPlacedKeys(placing);
  const {findings = FIRST_FAULT} = query;
  const read = rowReader({task, file, site, rows, meter, placed, findings});
  for await (const row of readTableFile(file, wantedColumns(task), findings)) read(row);
  placed?.check({table: file.name, site}, findings);
  const kept = rows.finish();
  if (task.patient !== null) noteAlikeKeys(file.name, new Set(kept.patients), findings);
  tellSpreads(features, meter.spreads, findings);
  if (task.label.time !== undefined && kept.times !== null) {
    tellTimes(task.label.time.column, kept.times, findings);
  }
  const partsOf = async (): Promise<SiteTable["assignedParts"]> => {
    if (placing !== null) return keyedParts(placing, {site, ...kept});
    return split.type === "file" ? assignParts(splitFile(split.file, query), {site, ...kept}) : null;
  };
  return {site, featureNames, ...kept, assignedParts: await partsOf(), slides: null};
}
