import {at, present, runningSha256, sha256, toHex} from "../core/index.ts";
import {contractHash} from "./task/contract.ts";
import type {Task} from "./task/task-schema.ts";
import type {PartCounts, PatientGroup, PatientMatrix, SealedSplit, SiteTable, SplitPart} from "./types.ts";

const PARTS = ["train", "validation", "test"] as const;

/** One patient of a table: rows, label, and a rank drawn from the key. */
interface Patient {
  readonly key: string;
  readonly rank: string;
  readonly label: number;
  readonly rows: number[];
  readonly assigned: SplitPart | undefined;
}

function hashText(parts: readonly unknown[]): string {
  return toHex(sha256(new TextEncoder().encode(JSON.stringify(parts))));
}

function rowOf(table: SiteTable, row: number): Float32Array {
  const width = table.featureNames.length;
  return table.values.subarray(row * width, (row + 1) * width);
}

function compareRows(a: Float32Array, b: Float32Array): number {
  const position = a.findIndex((value, index) => value !== b[index]);
  return position === -1 ? 0 : at(a, position) - at(b, position);
}

/** The patients of `table` in the order of their ranks, which does not depend on the order of the rows. */
function rankedPatients(table: SiteTable, seed: number): Patient[] {
  const patients = new Map<string, Patient>();
  table.patients.forEach((key, row) => {
    const known = patients.get(key);
    if (known !== undefined) {
      known.rows.push(row);
      return;
    }
    const rank = hashText(["consilium/split/1", seed, key]);
    const assigned = table.assignedParts?.[row];
    patients.set(key, {key, rank, label: at(table.labels, row), rows: [row], assigned});
  });
  // Tiles stay in the order of their files, which rounding of the features cannot change.
  if (table.slides === null) {
    for (const {rows} of patients.values()) {
      rows.sort((a, b) => compareRows(rowOf(table, a), rowOf(table, b)));
    }
  }
  return [...patients.values()].sort((a, b) => (a.rank < b.rank ? -1 : 1));
}

/** Sizes of test and validation of `count` patients; at least one patient stays in train. */
function partSizes(count: number, split: Task["split"]): {test: number; validation: number} {
  const test = split.type !== "hash" ? 0 : Math.min(Math.round(split.test * count), Math.max(0, count - 1));
  const validation = Math.min(Math.round(split.validation * count), Math.max(0, count - test - 1));
  return {test, validation};
}

function placeStratum(
  patients: readonly Patient[],
  split: Task["split"],
  place: Map<Patient, SplitPart>,
): void {
  const open = patients.filter((patient) => patient.assigned !== "test");
  const {test, validation} = partSizes(open.length, split);
  for (const patient of patients) place.set(patient, "test");
  open.forEach((patient, position) => {
    if (position >= test) place.set(patient, position < test + validation ? "validation" : "train");
  });
}

function placesOf(patients: readonly Patient[], task: Task): Map<Patient, SplitPart> {
  const place = new Map<Patient, SplitPart>();
  for (const label of [0, 1]) {
    placeStratum(
      patients.filter((patient) => patient.label === label),
      task.split,
      place,
    );
  }
  return place;
}

function matrixOf(table: SiteTable, patients: readonly Patient[]): PatientMatrix {
  const {times} = table;
  const d = table.featureNames.length;
  const n = patients.reduce((sum, {rows}) => sum + rows.length, 0);
  const values = new Float32Array(n * d);
  const labels = new Uint8Array(n);
  const patientOf = new Uint32Array(n);
  let next = 0;
  patients.forEach(({rows, label}, number) => {
    for (const row of rows) {
      values.set(rowOf(table, row), next * d);
      labels[next] = label;
      patientOf[next] = number;
      next += 1;
    }
  });
  const rows = {n, d, values, labels, patients: patients.length, patientOf};
  if (times === null) return rows;
  const order = patients.flatMap(({rows: own}) => own);
  return {...rows, times: Float64Array.from(order, (row) => at(times, row))};
}

function countsOf(matrix: PatientMatrix, patients: readonly Patient[]): PartCounts {
  const positivePatients = patients.reduce((sum, {label}) => sum + label, 0);
  const negativePatients = patients.length - positivePatients;
  return {rows: matrix.n, patients: patients.length, positivePatients, negativePatients};
}

function sealedSplit(
  table: SiteTable,
  task: Task,
  patients: Patient[],
  place: Map<Patient, SplitPart>,
): SealedSplit {
  const placedIn = (part: SplitPart): Patient[] => patients.filter((patient) => place.get(patient) === part);
  const [train, validation, test] = [placedIn("train"), placedIn("validation"), placedIn("test")];
  const matrices = {
    train: matrixOf(table, train),
    validation: matrixOf(table, validation),
    test: matrixOf(table, test),
  };
  const counts = {
    train: countsOf(matrices.train, train),
    validation: countsOf(matrices.validation, validation),
    test: countsOf(matrices.test, test),
  };
  const manifest = patients.map((patient) => [patient.key, place.get(patient)].join("\n")).sort();
  return {
    ...matrices,
    manifestHash: hashText(["consilium/split-manifest/1", contractHash(task), manifest]),
    counts,
    oneClassParts: PARTS.filter(
      (part) => counts[part].positivePatients === 0 || counts[part].negativePatients === 0,
    ),
  };
}

/**
 * Divides the patients of `table` into train, validation and test, class by class (for survival: those with
 * an event, and the others). In each class the patients are ordered by SHA-256 of seed and key, and the first
 * round(share * count) of them are taken. The same seed and the same patients give the same split on any
 * machine, in any order of rows. If the task's split is in a file, the file decides on test, and only
 * validation is drawn, from train.
 * @param seed of the plan; a whole number
 * @returns matrices of raw values owned by the caller, rows of a patient side by side
 */
export function splitSite(table: SiteTable, task: Task, seed: number): SealedSplit {
  const patients = rankedPatients(table, seed);
  return sealedSplit(table, task, patients, placesOf(patients, task));
}

/** The bytes of `values`. */
function bytesOf({buffer, byteOffset, byteLength}: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * Hash of all values that describe the patients of `split`, lower-case hex SHA-256: features, labels, and for
 * survival times, in f32 and f64 as this machine has them. It does not depend on the order of the rows in the
 * file, and is for this machine only.
 */
export function valuesHash(
  split: Readonly<Record<SplitPart, Pick<PatientMatrix, "values" | "labels" | "times" | "patientOf">>>,
): string {
  const hash = runningSha256();
  for (const part of PARTS) {
    const {values, labels, times, patientOf} = split[part];
    hash.update(new TextEncoder().encode(JSON.stringify([part, labels.length])));
    hash.update(bytesOf(values));
    hash.update(labels);
    hash.update(new Uint8Array(patientOf.buffer, patientOf.byteOffset, patientOf.byteLength));
    if (times !== undefined) hash.update(bytesOf(times));
  }
  return toHex(hash.digest());
}

/**
 * The keys of the patients of each part of {@link splitSite}, in the order in which its matrices number them:
 * for this machine only, never sent, logged or shown.
 */
export function splitKeys(table: SiteTable, task: Task, seed: number): Readonly<Record<SplitPart, string[]>> {
  const patients = rankedPatients(table, seed);
  const place = placesOf(patients, task);
  const keysIn = (part: SplitPart): string[] =>
    patients.filter((patient) => place.get(patient) === part).map(({key}) => key);
  return {train: keysIn("train"), validation: keysIn("validation"), test: keysIn("test")};
}

/** {@link splitKeys} of {@link externalSplit}. */
export function externalKeys(table: SiteTable): Readonly<Record<SplitPart, string[]>> {
  return {train: [], validation: [], test: rankedPatients(table, 0).map(({key}) => key)};
}

/** The split of a site that trains on nobody: all its patients are in the test, whatever the task says. */
export function externalSplit(table: SiteTable, task: Task): SealedSplit {
  const patients = rankedPatients(table, 0);
  return sealedSplit(table, task, patients, new Map(patients.map((patient) => [patient, "test"])));
}

/**
 * Groups the patients of `table` by the result of `groupOf` for their namespaced keys; in each group in the
 * order of {@link splitSite} by `seed`. A group without patients is left out.
 */
export function groupPatients<Group>(
  table: SiteTable,
  seed: number,
  groupOf: (key: string) => Group,
): Map<Group, PatientGroup> {
  const groups = new Map<Group, Patient[]>();
  for (const patient of rankedPatients(table, seed)) {
    const group = groupOf(patient.key);
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [patient]);
    else known.push(patient);
  }
  return new Map(
    [...groups].map(([group, patients]) => [
      group,
      {rows: matrixOf(table, patients), keys: patients.map(({key}) => key)},
    ]),
  );
}

/**
 * Joins all rows of `parts` in one matrix, in their order; patients are renumbered and taken to be different
 * ones. For training on train and validation together once settings are frozen, and for pooled baselines.
 * @param parts at least one, all with the same `d`, and all of survival or none
 */
export function joinMatrices(parts: readonly PatientMatrix[]): PatientMatrix {
  const n = parts.reduce((sum, part) => sum + part.n, 0);
  const {d} = at(parts, 0);
  const joined = {
    n,
    d,
    values: new Float32Array(n * d),
    labels: new Uint8Array(n),
    patientOf: new Uint32Array(n),
  };
  const hasTimes = parts.some((part) => part.times !== undefined);
  const times = new Float64Array(hasTimes ? n : 0);
  let row = 0;
  let patients = 0;
  for (const part of parts) {
    joined.values.set(part.values, row * d);
    joined.labels.set(part.labels, row);
    if (hasTimes) times.set(present(part.times, "the times of a part, as others have them"), row);
    joined.patientOf.set(
      part.patientOf.map((patient) => patient + patients),
      row,
    );
    row += part.n;
    patients += part.patients;
  }
  return hasTimes ? {...joined, patients, times} : {...joined, patients};
}
