import {canonicalCode} from "./table/cell.ts";
import type {Task, TaskColumn} from "./task/task-schema.ts";
import type {Feature} from "./types.ts";

/** The canonical codes of a category column that each have their own feature, in order. */
export function encodedCategories(column: Extract<TaskColumn, {type: "category"}>): readonly string[] {
  const categories = column.categories.map(canonicalCode);
  return column.encode === "one-hot" ? categories : categories.slice(1);
}

/** The features that one column becomes, in order. */
export function featuresOfColumn(column: TaskColumn): readonly Feature[] {
  switch (column.type) {
    case "number":
      return [{name: column.name, low: column.range[0], high: column.range[1]}];
    case "binary":
      return [{name: column.name, low: 0, high: 1}];
    case "category":
      return encodedCategories(column).map((code) => ({name: `${column.name}_${code}`, low: 0, high: 1}));
  }
}

/** The features of a tile, named `f0`, `f1`, ..., all with one range. */
export function featuresOfTiles(dimension: number, low: number, high: number): readonly Feature[] {
  return Array.from({length: dimension}, (_, index) => ({name: `f${index}`, low, high}));
}

/**
 * The `d` features of `task`: those of its columns in order, one-hot ones named `column_category`; for slides
 * the features of a tile, named `f0`, `f1`, ..., all with the task's one range.
 */
export function featuresOf(task: Task): readonly Feature[] {
  if (task.kind === "tabular") return task.columns.flatMap(featuresOfColumn);
  const {
    dimension,
    range: [low, high],
  } = task.features;
  return featuresOfTiles(dimension, low, high);
}
