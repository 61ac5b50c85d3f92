import {canonicalCode, parseNumber} from "./cell.ts";
import type {DataErrorCode} from "./errors.ts";
import {encodedCategories} from "./features.ts";
import type {TaskColumn} from "./task-schema.ts";

/** Why a cell was refused, in words that do not repeat the cell. */
export interface CellFault {
  readonly code: DataErrorCode;
  readonly what: string;
  readonly hint: string;
}

/** Turns the cells of one column into features. */
export interface CellEncoder {
  /** Number of features that a cell becomes. */
  readonly width: number;
  /** Appends the features of `cell` to `row`, or says why it cannot. */
  encode(cell: string, row: number[]): CellFault | undefined;
}

type ColumnOf<Type extends TaskColumn["type"]> = Extract<TaskColumn, {type: Type}>;

const CHECK_TASK = "Mend the file, or the task if this value is meant to be allowed.";

function numberEncoder({name, range, unit}: ColumnOf<"number">): CellEncoder {
  const [low, high] = range;
  return {
    width: 1,
    encode(cell, row) {
      const value = parseNumber(cell);
      if (value === undefined) {
        const hint = "Use a decimal point; list markers of missing values under missing.markers.";
        return {code: "DATA_VALUE_INVALID", what: `${name}: is not a number`, hint};
      }
      if (value < low || value > high) {
        const what = `${name}: outside ${low} to ${high} ${unit}`;
        return {
          code: "DATA_VALUE_OUT_OF_RANGE",
          what,
          hint: "Check the unit; sites that differ must convert.",
        };
      }
      row.push(value);
      return undefined;
    },
  };
}

function binaryEncoder(column: ColumnOf<"binary">): CellEncoder {
  const positive = canonicalCode(column.positive);
  const negative = canonicalCode(column.negative);
  return {
    width: 1,
    encode(cell, row) {
      const code = canonicalCode(cell);
      if (code !== positive && code !== negative) {
        const what = `${column.name}: is neither "${positive}" nor "${negative}"`;
        return {code: "DATA_VALUE_INVALID", what, hint: CHECK_TASK};
      }
      row.push(code === positive ? 1 : 0);
      return undefined;
    },
  };
}

function categoryEncoder(column: ColumnOf<"category">): CellEncoder {
  const known = new Set(column.categories.map(canonicalCode));
  const encoded = encodedCategories(column);
  return {
    width: encoded.length,
    encode(cell, row) {
      const code = canonicalCode(cell);
      if (!known.has(code)) {
        const what = `${column.name}: is none of the ${known.size} categories of the task`;
        return {code: "DATA_CATEGORY_UNKNOWN", what, hint: CHECK_TASK};
      }
      for (const category of encoded) row.push(category === code ? 1 : 0);
      return undefined;
    },
  };
}

/** The encoder of `column`. Codes are compared as numbers where both are numbers. */
export function encoderOf(column: TaskColumn): CellEncoder {
  switch (column.type) {
    case "number":
      return numberEncoder(column);
    case "binary":
      return binaryEncoder(column);
    case "category":
      return categoryEncoder(column);
  }
}
