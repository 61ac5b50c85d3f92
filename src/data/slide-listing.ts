import {isAbsolute, join, normalize, resolve, sep} from "node:path";
import {CodedError} from "../core/index.ts";
import type {DataErrorCode} from "./errors.ts";
import {labelReader} from "./label.ts";
import {openNpyFile} from "./readers/npy-file.ts";
import {readTableFile} from "./readers/table-file.ts";
import type {TableRow} from "./readers/table-header.ts";
import type {TileFileAddress} from "./readers/tile-file.ts";
import {refuseCell} from "./refuse-cell.ts";
import {type SiteQuery, siteFiles} from "./site-query.ts";
import {taskRoot} from "./task.ts";
import type {SlideFiles, SlidesTask} from "./task-schema.ts";

/** A part of a patient's tiles: those of one slide, or the patient's rows of an array. */
export interface ListedTiles extends TileFileAddress {
  /** The file as the tables name it: for use on this machine only, as it may name a patient. */
  readonly file: string;
  /** Which tiles of the file, ascending; null for all. */
  readonly rows: Uint32Array | null;
}

/** A patient with a label and the tiles that are listed for it. */
export interface ListedPatient {
  /** Namespaced key: for this machine only. */
  readonly key: string;
  readonly label: 0 | 1;
  readonly parts: readonly ListedTiles[];
}

/** What a site's tables list. */
export interface SlideListing {
  readonly patients: readonly ListedPatient[];
  /** Files of slides; null where one array holds all tiles. */
  readonly slides: number | null;
  /** Rows of patients, or of tiles in an array, without a label. */
  readonly droppedRows: number;
  readonly patientsWithoutSlide: number;
  readonly slidesWithoutPatient: number;
}

type StampFiles = Extract<SlideFiles, {layout: "stamp"}>;
type ArrayFiles = Extract<SlideFiles, {layout: "array"}>;

function fail(code: DataErrorCode, message: string, hint: string): never {
  throw new CodedError(code, message, {hint});
}

/** Reads the cells patient and label of a row; the label is null where it is missing. */
function labelledRow(task: SlidesTask, fileName: string) {
  const readLabel = labelReader(task);
  const markers = new Set(task.missing.markers.map((marker) => marker.trim()));
  return (row: TableRow): {readonly key: string; readonly label: 0 | 1 | null} => {
    const [key = "", cell = ""] = row.cells;
    if (key === "" || markers.has(key)) {
      const what = `${task.columns.patient}: is missing`;
      refuseCell(fileName, row, 0, {
        code: "DATA_PATIENT_MISSING",
        what,
        hint: "Give each row its patient's key.",
      });
    }
    if (markers.has(cell)) {
      if (task.missing.policy === "drop-row") return {key, label: null};
      const hint = "Mend the file, or set missing.policy to drop-row.";
      const what = `${task.label.column}: is missing`;
      refuseCell(fileName, row, 1, {code: "DATA_VALUE_MISSING", what, hint});
    }
    const label = readLabel(cell);
    return {key, label: typeof label === "object" ? refuseCell(fileName, row, 1, label) : label};
  };
}

/** The label of each patient of a clini table, null where it is missing. */
async function readClini(task: SlidesTask, root: string, name: string): Promise<Map<string, 0 | 1 | null>> {
  const labels = new Map<string, 0 | 1 | null>();
  const lines = new Map<string, number>();
  const read = labelledRow(task, name);
  const columns = [task.columns.patient, task.label.column];
  for await (const row of readTableFile({path: resolve(root, name), name}, columns)) {
    const {key, label} = read(row);
    const first = lines.get(key);
    if (first !== undefined) {
      const what = `${name}:${row.line}: the same patient as on line ${first}`;
      fail("DATA_PATIENT_DUPLICATE", what, "One row a patient: take the other rows out.");
    }
    lines.set(key, row.line);
    labels.set(key, label);
  }
  return labels;
}

/** The path of a slide's file as one spelling; undefined unless it is an .h5 file below the features folder. */
function slidePath(cell: string): string | undefined {
  const path = normalize(cell);
  const isBelow = !isAbsolute(path) && path.split(sep)[0] !== "..";
  return isBelow && path.endsWith(".h5") ? path : undefined;
}

/** The slides of each patient, in the order of their file names. */
async function readSlideTable(
  task: SlidesTask,
  root: string,
  {slides: name, features}: StampFiles,
): Promise<Map<string, ListedTiles[]>> {
  const slidesOf = new Map<string, ListedTiles[]>();
  const lines = new Map<string, number>();
  const column = task.columns.file ?? "";
  for await (const row of readTableFile({path: resolve(root, name), name}, [task.columns.patient, column])) {
    const [key = "", cell = ""] = row.cells;
    if (key === "") {
      const what = `${task.columns.patient}: is missing`;
      refuseCell(name, row, 0, {
        code: "DATA_PATIENT_MISSING",
        what,
        hint: "Give each slide its patient's key.",
      });
    }
    const file = slidePath(cell);
    if (file === undefined) {
      const what = `${column}: is not the path of an .h5 file below the features folder`;
      refuseCell(name, row, 1, {code: "DATA_VALUE_INVALID", what, hint: "Write it as in slide-1.h5."});
    }
    const first = lines.get(file);
    if (first !== undefined) {
      const what = `${name}:${row.line}: the same slide as on line ${first}`;
      fail("DATA_SLIDE_DUPLICATE", what, "A slide is one patient's and listed once: take the wrong row out.");
    }
    lines.set(file, row.line);
    const address = {path: join(resolve(root, features), file), name: `${name}:${row.line}: its slide`};
    slidesOf.set(key, [...(slidesOf.get(key) ?? []), {...address, file, rows: null}]);
  }
  for (const parts of slidesOf.values()) parts.sort((a, b) => (a.file < b.file ? -1 : 1));
  return slidesOf;
}

async function listStamp(task: SlidesTask, files: StampFiles, query: SiteQuery): Promise<SlideListing> {
  const root = taskRoot(query, query.variables);
  const labels = await readClini(task, root, files.clini);
  const slidesOf = await readSlideTable(task, root, files);
  const patients: ListedPatient[] = [];
  const counts = {slides: 0, droppedRows: 0, patientsWithoutSlide: 0, slidesWithoutPatient: 0};
  for (const [key, label] of labels) {
    const parts = slidesOf.get(key) ?? [];
    if (label === null) counts.droppedRows += 1;
    else if (parts.length === 0) counts.patientsWithoutSlide += 1;
    else {
      patients.push({key: `${query.site}:${key}`, label, parts});
      counts.slides += parts.length;
    }
  }
  for (const [key, parts] of slidesOf) counts.slidesWithoutPatient += labels.has(key) ? 0 : parts.length;
  if (patients.length === 0) {
    const hint = "Check that both tables spell the patients' keys alike, and missing.markers.";
    fail("DATA_NO_ROW_LEFT", `${files.clini}: no patient has both a label and a slide`, hint);
  }
  return {patients, ...counts};
}

interface PatientRows {
  readonly label: 0 | 1;
  readonly line: number;
  readonly rows: number[];
}

async function listArray(task: SlidesTask, files: ArrayFiles, query: SiteQuery): Promise<SlideListing> {
  const {tiles: name, features} = files;
  const root = taskRoot(query, query.variables);
  const read = labelledRow(task, name);
  const found = new Map<string, PatientRows>();
  const columns = [task.columns.patient, task.label.column];
  let droppedRows = 0;
  let listed = 0;
  for await (const row of readTableFile({path: resolve(root, name), name}, columns)) {
    const {key, label} = read(row);
    const known = found.get(key);
    listed += 1;
    if (label === null) droppedRows += 1;
    else if (known === undefined) found.set(key, {label, line: row.line, rows: [row.index]});
    else if (known.label === label) known.rows.push(row.index);
    else {
      const what = `${name}:${row.line}: label differs from that of the same patient on line ${known.line}`;
      fail("DATA_PATIENT_LABELS_DIFFER", what, "One label a patient: mend the file.");
    }
  }
  const address = {path: resolve(root, features), name: features, file: features};
  const array = await openNpyFile(address);
  await array.close();
  if (array.tiles !== listed) {
    const what = `${features}: has ${array.tiles} rows, ${name} lists ${listed} tiles`;
    fail("DATA_TILE_COUNTS_DIFFER", what, "Row i of the table must be row i of the array.");
  }
  if (found.size === 0) {
    fail("DATA_NO_ROW_LEFT", `${name}: every row misses its label`, "Check missing.markers.");
  }
  const patients = [...found].map(([key, {label, rows}]) => ({
    key: `${query.site}:${key}`,
    label,
    parts: [{...address, rows: Uint32Array.from(rows)}],
  }));
  return {patients, slides: null, droppedRows, patientsWithoutSlide: 0, slidesWithoutPatient: 0};
}

/**
 * Reads a site's tables of patients, slides or tiles; no features are read.
 * @param task that of `query`
 * @throws {CodedError} one of the DATA_ codes; messages name tables and lines, never a patient or a slide's file
 */
export async function listSlides(task: SlidesTask, query: SiteQuery): Promise<SlideListing> {
  const files = siteFiles(task, query.site);
  return files.layout === "stamp" ? listStamp(task, files, query) : listArray(task, files, query);
}
