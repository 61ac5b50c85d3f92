import type {DataErrorCode} from "../errors.ts";
import {encodedCategories} from "../features.ts";
import type {TaskColumn} from "../task/task-schema.ts";
import {canonicalCode, isExcelError, parseNumber} from "./cell.ts";

/** The reason why a cell was refused, in words that do not repeat the cell. */
export interface CellFault {
  readonly code: DataErrorCode;
  readonly what: string;
  readonly hint: string;
}

/** Turns the cells of one column into features. */
export interface CellEncoder {
  /** Number of features that a cell becomes. */
  readonly width: number;
  /** Appends the features of `cell` to `row`, or returns the fault that prevents it. */
  encode(cell: string, row: number[]): CellFault | undefined;
}

type ColumnOf<Type extends TaskColumn["type"]> = Extract<TaskColumn, {type: Type}>;

/** Greatest number that the f32 of a model's input holds. */
const MAX_F32 = (2 - 2 ** -23) * 2 ** 127;

/** The fault of a cell in the column that holds the error of a formula; undefined if it holds none. */
export function excelFault(column: string, cell: string): CellFault | undefined {
  if (!isExcelError(cell)) return undefined;
  const hint = `Mend the formula, or list "${cell}" under missing.markers if it means "not known".`;
  return {code: "DATA_CELL_UNUSABLE", what: `${column}: holds Excel's error ${cell}`, hint};
}

const DATE = /^\d{4}-\d{2}-\d{2}(?:T.*)?$/;
const TRUTH = /^(?:true|false)$/i;

/** The fault of a cell in a column of numbers that holds no number. */
export function notNumber(name: string, cell: string): CellFault {
  const code = "DATA_VALUE_INVALID";
  if (DATE.test(cell)) {
    const hint = "Format the column as a number, or name the column that has the number.";
    return {code, what: `${name}: is a date, not a number`, hint};
  }
  if (TRUTH.test(cell)) {
    return {
      code,
      what: `${name}: is TRUE or FALSE, not a number`,
      hint: "Write 1 and 0, or use a binary column.",
    };
  }
  const hint = "Use a decimal point; list markers of missing values under missing.markers.";
  return {code, what: `${name}: is not a number`, hint};
}

/** The fault of a code that the task does not have; it names Excel's TRUE or FALSE if that is the cause. */
export function unknownCode(fault: CellFault, cell: string): CellFault {
  if (!TRUTH.test(cell)) return fault;
  const hint = 'A workbook\'s TRUE and FALSE are read as "True" and "False": list them so in the task.';
  return {...fault, what: `${fault.what}: the cell is TRUE or FALSE`, hint};
}

const CHECK_TASK = "Mend the file, or the task if this value is meant to be allowed.";

function numberEncoder({name, range, unit}: ColumnOf<"number">): CellEncoder {
  const [low, high] = range;
  return {
    width: 1,
    encode(cell, row) {
      const value = parseNumber(cell);
      if (value === undefined) return notNumber(name, cell);
      if (value < low || value > high) {
        const what = `${name}: outside ${low} to ${high} ${unit}`;
        return {
          code: "DATA_VALUE_OUT_OF_RANGE",
          what,
          hint: "Check the unit; sites that differ must convert.",
        };
      }
      if (Math.abs(value) > MAX_F32) {
        const what = `${name}: is beyond 3.4e38, the greatest number that a model takes in`;
        return {code: "DATA_VALUE_OUT_OF_RANGE", what, hint: "Give the column a larger unit."};
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
        return unknownCode({code: "DATA_VALUE_INVALID", what, hint: CHECK_TASK}, cell);
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
        return unknownCode({code: "DATA_CATEGORY_UNKNOWN", what, hint: CHECK_TASK}, cell);
      }
      for (const category of encoded) row.push(category === code ? 1 : 0);
      return undefined;
    },
  };
}

function plainEncoder(column: TaskColumn): CellEncoder {
  switch (column.type) {
    case "number":
      return numberEncoder(column);
    case "binary":
      return binaryEncoder(column);
    case "category":
      return categoryEncoder(column);
  }
}

/** Creates the encoder of `column`. Codes are compared as numbers if both are numbers. */
export function encoderOf(column: TaskColumn): CellEncoder {
  const {width, encode} = plainEncoder(column);
  return {width, encode: (cell, row) => excelFault(column.name, cell) ?? encode(cell, row)};
}
