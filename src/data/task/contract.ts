import {sha256, toHex} from "../../core/index.ts";
import {canonicalCode} from "../table/cell.ts";
import type {SlidesTask, TabularTask, Task, TaskColumn} from "./task-schema.ts";

/** The first term of every contract. */
export const CONTRACT_DOMAIN = "consilium/data-contract/1";

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

function featureTerms({features, label}: SlidesTask): readonly unknown[] {
  const {extractor, dimension, tileSizeUm, tileSizePx, range, tilesPerPatient} = features;
  const categories = [label.negative, label.positive].map((codes) => codes.map(canonicalCode));
  return [categories, extractor, dimension, tileSizeUm, tileSizePx, range, tilesPerPatient];
}

function tableTerms({columns, label}: TabularTask): readonly unknown[] {
  const categories = [label.positive, label.negative].map((codes) => codes.map(canonicalCode).toSorted());
  const {time} = label;
  const survival = time === undefined ? [] : [["survival", time.column, time.unit]];
  return [categories, columns.map(columnTerms), ...survival];
}

/**
 * The text of everything that two sites must share for their data to mean the same: a JSON array of the
 * task's format, kind, name, label and missing-value policy, and
 * - of a table its columns in order with units, ranges and categories, and of survival the time with its
 *   unit;
 * - of slides the label's categories in order (negative before positive), extractor, dimension, tile sizes,
 *   range and tiles of a patient.
 *
 * Title, source, paths, sites, CSV dialect, missing markers, patient column and split are each site's own.
 */
export function contractText(task: Task): string {
  const terms = [
    CONTRACT_DOMAIN,
    task.formatVersion,
    task.kind,
    task.name,
    task.synthetic,
    task.label.column,
    ...(task.kind === "tabular" ? tableTerms(task) : featureTerms(task)),
    task.missing.policy,
  ];
  return JSON.stringify(terms);
}

/** The hash of {@link contractText}, which every plan names: lower-case hexadecimal SHA-256. */
export function contractHash(task: Task): string {
  return toHex(sha256(new TextEncoder().encode(contractText(task))));
}
