import type {CsvCell} from "./csv-text.ts";
import {valueText} from "./value-text.ts";

/** Swept keys with their values, or with the labels of the values. */
export type Point = Readonly<Record<string, unknown>>;

/** The swept keys of all rows, in the order in which they first appear. */
export function sweptKeys(rows: readonly {readonly point: Point}[]): readonly string[] {
  return [...new Set(rows.flatMap(({point}) => Object.keys(point)))];
}

/** Converts a swept value into a cell: texts, numbers and truth values as they are, anything else as JSON. */
export function pointCell(value: unknown): CsvCell {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return JSON.stringify(value);
}

/** Describes a point of a sweep, such as `plan.rounds = 20, nodes = 16`; empty without a sweep. */
export function pointText(point: Point): string {
  return Object.entries(point)
    .map(([key, value]) => `${key} = ${valueText(value)}`)
    .join(", ");
}

/** Returns a text that is the same for equal points, whatever the order of their keys. */
export function pointKey(point: Point): string {
  return JSON.stringify(Object.entries(point).sort(([a], [b]) => (a < b ? -1 : 1)));
}
