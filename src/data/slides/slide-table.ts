import {constants} from "node:fs";
import {access, realpath, stat} from "node:fs/promises";
import {isAbsolute, join, normalize, resolve, sep} from "node:path";
import {at, CodedError, present} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import {attempt, type Findings} from "../findings.ts";
import {readTableFile} from "../readers/table-file.ts";
import type {TableRow} from "../readers/table-header.ts";
import type {TileFileAddress} from "../readers/tile-file.ts";
import {canonicalText, missingMarkers} from "../table/cell.ts";
import {noteAlikeKeys, refuseRoundedKey} from "../table/patient-key.ts";
import {refuseCell} from "../table/refuse-cell.ts";
import type {SlideFiles, SlidesTask} from "../task/task-schema.ts";

/** A part of a patient's tiles: those of one slide, or the patient's rows of an array. */
export interface ListedTiles extends TileFileAddress {
  /** The file as the tables name it: for use on this machine only, because it may name a patient. */
  readonly file: string;
  /** The listed tiles of the file, ascending; null for all. */
  readonly rows: Uint32Array | null;
  /** The folder, without symbolic links, that must contain the file; null for a file that the task names. */
  readonly folder: string | null;
}

/** The files of a site in STAMP's layout. */
export type StampFiles = Extract<SlideFiles, {layout: "stamp"}>;

function fail(code: DataErrorCode, message: string, hint: string): never {
  throw new CodedError(code, message, {hint});
}

/**
 * The features folder, without symbolic links.
 * @throws {CodedError} DATA_FILE_MISSING, DATA_FILE_UNREADABLE
 */
async function featuresFolder(root: string, features: string): Promise<string> {
  const path = resolve(root, features);
  const found = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "EACCES") return null;
    return undefined;
  });
  if (found === undefined) {
    fail(
      "DATA_FILE_MISSING",
      `${features}: no such folder (${path})`,
      "Check root and features in the task.",
    );
  }
  if (found?.isDirectory() === false) {
    const hint = "The features of slides are a folder of .h5 files.";
    fail("DATA_FILE_UNREADABLE", `${features}: is a file, not a folder (${path})`, hint);
  }
  const mayEnter = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (mayEnter) return realpath(path);
  const hint = "Give the user that runs this command the right to enter the folder and those above it.";
  return fail("DATA_FILE_UNREADABLE", `${features}: this user may not enter the folder (${path})`, hint);
}

/** The path of a slide's file in one spelling, or its fault. */
function slidePath(cell: string): {readonly path: string} | {readonly what: string; readonly hint: string} {
  if (cell.includes("\\")) {
    const hint = "A backslash separates no folders here: write / instead, from the features folder on.";
    return {what: "is a path with backslashes", hint};
  }
  const path = normalize(cell);
  const isBelow = !isAbsolute(path) && path.split(sep)[0] !== "..";
  if (isBelow && path.endsWith(".h5")) return {path};
  return {
    what: "is not the path of an .h5 file below the features folder",
    hint: "Write it as in slide-1.h5.",
  };
}

/** The slide table's column of files, without which no task with such a table is read. */
function fileColumn({columns: {file}}: SlidesTask): string {
  return present(file, "columns.file of a slide table");
}

/** A row of a slide table, checked. */
function slideRow(task: SlidesTask, name: string) {
  const lines = new Map<string, number>();
  const markers = missingMarkers(task.missing.markers);
  const column = fileColumn(task);
  return (row: TableRow): {readonly key: string; readonly file: string} => {
    const [key, cell] = [at(row.cells, 0), at(row.cells, 1)];
    if (markers.isMissingKey(key)) {
      const what = `${task.columns.patient}: is missing`;
      const hint = "Give each slide its patient's key.";
      refuseCell(name, row, 0, {code: "DATA_PATIENT_MISSING", what, hint});
    }
    refuseRoundedKey(name, row, 0, task.columns.patient);
    const found = slidePath(cell);
    if ("what" in found) {
      const {what, hint} = found;
      return refuseCell(name, row, 1, {code: "DATA_VALUE_INVALID", what: `${column}: ${what}`, hint});
    }
    const file = canonicalText(found.path);
    const first = lines.get(file);
    if (first !== undefined) {
      const what = `${name}:${row.line}: the same slide as on line ${first}`;
      fail("DATA_SLIDE_DUPLICATE", what, "A slide is one patient's and listed once: take the wrong row out.");
    }
    lines.set(file, row.line);
    return {key, file: found.path};
  };
}

/**
 * The slides of each patient, in the order of their file names.
 * @throws {CodedError} one of the DATA_ codes, unless `findings` receive it
 */
export async function readSlideTable(
  task: SlidesTask,
  root: string,
  {slides: name, features}: StampFiles,
  findings: Findings,
): Promise<Map<string, ListedTiles[]>> {
  const folder = await featuresFolder(root, features);
  const slidesOf = new Map<string, ListedTiles[]>();
  const read = slideRow(task, name);
  const columns = [task.columns.patient, fileColumn(task)];
  for await (const row of readTableFile({path: resolve(root, name), name}, columns, findings)) {
    const found = attempt(findings, () => read(row));
    if (found === undefined) continue;
    const {key, file} = found;
    const part = {path: join(folder, file), name: `${name}:${row.line}: its slide`, file, rows: null, folder};
    const known = slidesOf.get(key);
    if (known === undefined) slidesOf.set(key, [part]);
    else known.push(part);
  }
  noteAlikeKeys(name, slidesOf.keys(), findings);
  for (const parts of slidesOf.values()) parts.sort((a, b) => (a.file < b.file ? -1 : 1));
  return slidesOf;
}
