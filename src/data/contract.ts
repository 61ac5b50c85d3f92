import {sha256, toHex} from "../core/index.ts";
import {canonicalCode} from "./cell.ts";
import type {Task, TaskColumn} from "./task-schema.ts";

function columnTerms(column: TaskColumn): readonly unknown[] {
  switch (column.type) {
    case "number":
      return [column.name, "number", column.unit, column.range];
    case "binary":
      return [column.name, "binary", canonicalCode(column.positive), canonicalCode(column.negative)];
    case "category":
      return [column.name, "category", column.categories.map(canonicalCode), column.encode];
  }
}

/**
 * What two sites must have in common so that their tables mean the same: lower-case hex SHA-256 of the task's
 * format, name, label, columns in order with units, ranges and categories, and missing-value policy.
 * Title, source, paths, sites, CSV dialect, missing markers, patient column and split are each site's own.
 */
export function contractHash(task: Task): string {
  const terms = [
    "consilium/data-contract/1",
    task.formatVersion,
    task.name,
    task.synthetic,
    [
      task.label.column,
      task.label.positive.map(canonicalCode).toSorted(),
      task.label.negative.map(canonicalCode).toSorted(),
    ],
    task.columns.map(columnTerms),
    task.missing.policy,
  ];
  return toHex(sha256(new TextEncoder().encode(JSON.stringify(terms))));
}
