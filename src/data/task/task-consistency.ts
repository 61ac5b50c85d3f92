import {closestName} from "../../core/index.ts";
import {featuresOf} from "../features.ts";
import {canonicalCode} from "../table/cell.ts";
import type {SlidesTask, TabularTask, Task, TaskColumn} from "./task-schema.ts";

/** A fault of a task whose parts do not fit each other, and its place in the file. */
export interface TaskFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

function repeated(names: readonly string[]): number {
  return names.findIndex((name, index) => names.indexOf(name) !== index);
}

function repeatFault(names: readonly string[], path: TaskFault["path"], message: string): TaskFault[] {
  const index = repeated(names);
  return index === -1 ? [] : [{path: [...path, index], message}];
}

function columnFaults(column: TaskColumn, path: TaskFault["path"]): TaskFault[] {
  switch (column.type) {
    case "number":
      return column.range[0] < column.range[1]
        ? []
        : [{path: [...path, "range"], message: "the least value must be below the greatest"}];
    case "binary":
      return canonicalCode(column.positive) === canonicalCode(column.negative)
        ? [{path: [...path, "negative"], message: "is the same as positive"}]
        : [];
    case "category":
      return repeatFault(column.categories.map(canonicalCode), [...path, "categories"], "is listed twice");
  }
}

function useFaults(task: TabularTask): TaskFault[] {
  const faults: TaskFault[] = [];
  task.columns.forEach((column, index) => {
    const path = ["columns", index, "name"];
    if (column.name === task.label.column) faults.push({path, message: "the label cannot be a feature"});
    if (column.name === task.patient) faults.push({path, message: "the patient key cannot be a feature"});
    if (column.name === task.label.time?.column) {
      faults.push({path, message: "the time of survival cannot be a feature"});
    }
  });
  if (task.label.time !== undefined && [task.label.column, task.patient].includes(task.label.time.column)) {
    faults.push({path: ["label", "time", "column"], message: "is the label or the patient key"});
  }
  if (task.patient === task.label.column) {
    faults.push({path: ["patient"], message: "the label cannot be the patient key"});
  }
  const features = featuresOf(task).map((feature) => feature.name);
  const twice = features[repeated(features)];
  if (twice !== undefined) faults.push({path: ["columns"], message: `two features are named "${twice}"`});
  return faults;
}

function headerFaults(task: TabularTask): TaskFault[] {
  const listed = task.fileColumns;
  if (task.csv.header) {
    return listed === undefined
      ? []
      : [{path: ["fileColumns"], message: "is only for files without a header (csv.header: false)"}];
  }
  if (listed === undefined) {
    return [{path: ["csv", "header"], message: "files without a header need fileColumns"}];
  }
  const used: [TaskFault["path"], string | null][] = [
    [["label", "column"], task.label.column],
    [["label", "time", "column"], task.label.time?.column ?? null],
    [["patient"], task.patient],
    ...task.columns.map((column, index): [TaskFault["path"], string] => [
      ["columns", index, "name"],
      column.name,
    ]),
  ];
  const faults = repeatFault(listed, ["fileColumns"], "is listed twice");
  for (const [path, name] of used) {
    if (name === null || listed.includes(name)) continue;
    const meant = closestName(name, listed);
    const question = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
    faults.push({path, message: `"${name}" is not in fileColumns${question}`});
  }
  return faults;
}

function externalFaults({external, sites}: Task): TaskFault[] {
  if (external === "each") return [];
  const unknown = external.findIndex((site) => !Object.hasOwn(sites, site));
  return unknown === -1 ? [] : [{path: ["external", unknown], message: "is not one of the task's sites"}];
}

function splitFaults({split}: Task): TaskFault[] {
  return split.type !== "hash" || split.test + split.validation < 1
    ? []
    : [{path: ["split", "test"], message: "test and validation leave nothing to train on"}];
}

/** The faults of a split file of all sites' patients. */
function keysFaults({split, sites, patient}: TabularTask): TaskFault[] {
  if (split.type !== "keys") return [];
  const faults: TaskFault[] = [];
  if (patient === null) {
    faults.push({path: ["patient"], message: "a split by keys needs the column of the patient key"});
  }
  for (const site of Object.keys(sites)) {
    const place = split.sites[site];
    const path = ["split", "sites", site];
    if (place === undefined)
      faults.push({path: ["split", "sites"], message: `does not list the site ${site}`});
    else if (canonicalCode(place.train) === canonicalCode(place.test)) {
      faults.push({path: [...path, "test"], message: "is the same as train"});
    }
  }
  return faults;
}

function tableFaults(task: TabularTask): readonly TaskFault[] {
  const columnNames = task.columns.map((column) => column.name);
  return [
    ...repeatFault(columnNames, ["columns"], "is listed twice"),
    ...task.columns.flatMap((column, index) => columnFaults(column, ["columns", index])),
    ...useFaults(task),
    ...headerFaults(task),
    ...keysFaults(task),
  ];
}

function slideFaults({columns, features, label, sites}: SlidesTask): readonly TaskFault[] {
  const faults: TaskFault[] = [];
  if (features.range[0] >= features.range[1]) {
    faults.push({path: ["features", "range"], message: "the least value must be below the greatest"});
  }
  if (columns.patient === label.column) {
    faults.push({path: ["columns", "patient"], message: "the label cannot be the patient key"});
  }
  if (columns.file === label.column || columns.file === columns.patient) {
    faults.push({path: ["columns", "file"], message: "is the patient key or the label"});
  }
  const needsFile = Object.values(sites).some(({layout}) => layout === "stamp");
  if (needsFile && columns.file === undefined) {
    faults.push({path: ["columns"], message: "the slide table of a site (slides) needs columns.file"});
  }
  return faults;
}

/** The contradictions in `task`: names used twice or nowhere, empty ranges, overlapping labels. */
export function taskFaults(task: Task): readonly TaskFault[] {
  const positive = task.label.positive.map(canonicalCode);
  const negative = task.label.negative.map(canonicalCode);
  const both = negative.findIndex((label) => positive.includes(label));
  return [
    ...(task.kind === "tabular" ? tableFaults(task) : slideFaults(task)),
    ...(both === -1 ? [] : [{path: ["label", "negative", both], message: "is among the positive labels"}]),
    ...splitFaults(task),
    ...externalFaults(task),
    ...(Object.keys(task.sites).length > 0 ? [] : [{path: ["sites"], message: "lists no site"}]),
  ];
}
