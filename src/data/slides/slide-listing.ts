import {resolve} from "node:path";
import {at, CodedError, present} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import {attempt, FIRST_FAULT, type Findings} from "../findings.ts";
import {openNpyFile} from "../readers/npy-file.ts";
import {readTableFile} from "../readers/table-file.ts";
import type {TableRow} from "../readers/table-header.ts";
import {type SiteQuery, siteFiles} from "../site-query.ts";
import {missingMarkers} from "../table/cell.ts";
import {labelReader} from "../table/label.ts";
import {noteAlikeKeys, refuseRoundedKey} from "../table/patient-key.ts";
import {refuseCell} from "../table/refuse-cell.ts";
import {taskRoot} from "../task/task.ts";
import type {SlideFiles, SlidesTask} from "../task/task-schema.ts";
import {type ListedTiles, readSlideTable, type StampFiles} from "./slide-table.ts";
import {noteUnmatched, unmatchedCause} from "./unmatched-keys.ts";

/** A patient with a label and the tiles that are listed for it. */
export interface ListedPatient {
  /** Namespaced key: for this machine only. */
  readonly key: string;
  readonly label: 0 | 1;
  readonly parts: readonly ListedTiles[];
}

/** The content of a site's tables. */
export interface SlideListing {
  readonly patients: readonly ListedPatient[];
  /** Number of files of slides; null if one array holds all tiles. */
  readonly slides: number | null;
  /** Number of rows of patients, or of tiles in an array, without a label. */
  readonly droppedRows: number;
  /** Number of patients without a label. */
  readonly droppedPatients: number;
  readonly patientsWithoutSlide: number;
  readonly slidesWithoutPatient: number;
}

type ArrayFiles = Extract<SlideFiles, {layout: "array"}>;

function fail(code: DataErrorCode, message: string, hint: string): never {
  throw new CodedError(code, message, {hint});
}

/** Reads the cells patient and label of a row; the label is null if it is missing. */
function labelledRow(task: SlidesTask, fileName: string) {
  const readLabel = labelReader(task);
  const markers = missingMarkers(task.missing.markers);
  return (row: TableRow): {readonly key: string; readonly label: 0 | 1 | null} => {
    const [key, cell] = [at(row.cells, 0), at(row.cells, 1)];
    if (markers.isMissingKey(key)) {
      const what = `${task.columns.patient}: is missing`;
      refuseCell(fileName, row, 0, {
        code: "DATA_PATIENT_MISSING",
        what,
        hint: "Give each row its patient's key.",
      });
    }
    refuseRoundedKey(fileName, row, 0, task.columns.patient);
    if (markers.isMissing(cell)) {
      if (task.missing.policy === "drop-row") return {key, label: null};
      const hint = "Mend the file, or set missing.policy to drop-row.";
      const what = `${task.label.column}: is missing`;
      refuseCell(fileName, row, 1, {code: "DATA_VALUE_MISSING", what, hint});
    }
    const label = readLabel(cell);
    return {key, label: typeof label === "object" ? refuseCell(fileName, row, 1, label) : label};
  };
}

/** The label of each patient of a clini table, null if it is missing. */
async function readClini(
  task: SlidesTask,
  root: string,
  name: string,
  findings: Findings,
): Promise<Map<string, 0 | 1 | null>> {
  const labels = new Map<string, 0 | 1 | null>();
  const lines = new Map<string, number>();
  const read = labelledRow(task, name);
  const columns = [task.columns.patient, task.label.column];
  const take = (row: TableRow): void => {
    const {key, label} = read(row);
    const first = lines.get(key);
    if (first !== undefined) {
      const what = `${name}:${row.line}: the same patient as on line ${first}`;
      fail("DATA_PATIENT_DUPLICATE", what, "One row a patient: take the other rows out.");
    }
    lines.set(key, row.line);
    labels.set(key, label);
  };
  for await (const row of readTableFile({path: resolve(root, name), name}, columns, findings)) {
    attempt(findings, () => take(row));
  }
  noteAlikeKeys(name, labels.keys(), findings);
  return labels;
}

async function listStamp(task: SlidesTask, files: StampFiles, query: SiteQuery): Promise<SlideListing> {
  const {findings = FIRST_FAULT} = query;
  const root = taskRoot(query, query.variables);
  const labels = await readClini(task, root, files.clini, findings);
  const slidesOf = await readSlideTable(task, root, files, findings);
  const labelled = [...labels].filter((entry): entry is [string, 0 | 1] => entry[1] !== null);
  const patients = labelled.flatMap(([key, label]): ListedPatient[] => {
    const parts = slidesOf.get(key);
    return parts === undefined ? [] : [{key: `${query.site}:${key}`, label, parts}];
  });
  const unmatched = {
    patients: labelled.flatMap(([key]) => (slidesOf.has(key) ? [] : [key])),
    slides: [...slidesOf.keys()].filter((key) => !labels.has(key)),
  };
  if (patients.length === 0) {
    const cause = unmatchedCause(unmatched, files);
    const hint = "Check that both tables spell the patients' keys alike, and missing.markers.";
    const what = `${files.clini}: no patient has both a label and a slide${cause === undefined ? "" : `; ${cause}`}`;
    fail("DATA_NO_ROW_LEFT", what, hint);
  }
  noteUnmatched(unmatched, {patients: labelled.length, keys: slidesOf.size}, files, findings);
  const droppedRows = labels.size - labelled.length;
  return {
    patients,
    slides: patients.reduce((sum, {parts}) => sum + parts.length, 0),
    droppedRows,
    droppedPatients: droppedRows,
    patientsWithoutSlide: unmatched.patients.length,
    slidesWithoutPatient: unmatched.slides.reduce(
      (sum, key) => sum + present(slidesOf.get(key), "the slides of a key").length,
      0,
    ),
  };
}

interface PatientRows {
  readonly label: 0 | 1;
  readonly line: number;
  readonly rows: number[];
}

async function listArray(task: SlidesTask, files: ArrayFiles, query: SiteQuery): Promise<SlideListing> {
  const {tiles: name, features} = files;
  const root = taskRoot(query, query.variables);
  const {findings = FIRST_FAULT} = query;
  const read = labelledRow(task, name);
  const found = new Map<string, PatientRows>();
  const columns = [task.columns.patient, task.label.column];
  const unlabelled = new Set<string>();
  let droppedRows = 0;
  let listed = 0;
  const take = (row: TableRow): void => {
    const {key, label} = read(row);
    const known = found.get(key);
    if (label === null) {
      droppedRows += 1;
      unlabelled.add(key);
    } else if (known === undefined) found.set(key, {label, line: row.line, rows: [row.index]});
    else if (known.label === label) known.rows.push(row.index);
    else {
      const what = `${name}:${row.line}: label differs from that of the same patient on line ${known.line}`;
      fail("DATA_PATIENT_LABELS_DIFFER", what, "One label a patient: mend the file.");
    }
  };
  for await (const row of readTableFile({path: resolve(root, name), name}, columns, findings)) {
    listed += 1;
    attempt(findings, () => take(row));
  }
  noteAlikeKeys(name, found.keys(), findings);
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
    parts: [{...address, rows: Uint32Array.from(rows), folder: null}],
  }));
  const droppedPatients = [...unlabelled].filter((key) => !found.has(key)).length;
  return {
    patients,
    slides: null,
    droppedRows,
    droppedPatients,
    patientsWithoutSlide: 0,
    slidesWithoutPatient: 0,
  };
}

/**
 * Reads a site's tables of patients, slides or tiles; reads no features.
 * @param task that of `query`
 * @throws {CodedError} one of the DATA_ codes; messages name tables and lines, never a patient or a slide's
 *   file
 */
export async function listSlides(task: SlidesTask, query: SiteQuery): Promise<SlideListing> {
  const files = siteFiles(task, query.site);
  return files.layout === "stamp" ? listStamp(task, files, query) : listArray(task, files, query);
}
