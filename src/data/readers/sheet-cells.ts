import {at} from "../../core/index.ts";
import {attributeOf, unescapeXml} from "./workbook-archive.ts";

/** A cell of a sheet whose value is not in the file as such. */
export type OddCell =
  /** An error of Excel, such as #N/A. */
  | {readonly kind: "error"; readonly text: string}
  /** A formula without a stored value. */
  | {readonly kind: "formula"}
  /** A whole number of more digits than Excel keeps. */
  | {readonly kind: "rounded"};

/** A block of merged cells; rows and columns from 1, both ends included. */
export interface MergedBlock {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

/** The contents of a sheet beside plain values. */
export interface SheetCells {
  /** The number of the last row and of the last column that the sheet names. */
  readonly rows: number;
  readonly columns: number;
  /** The odd cell in that row and column, from 1. */
  oddAt(row: number, column: number): OddCell | undefined;
  readonly merged: readonly MergedBlock[];
  /** Number of rows with a value that Excel does not show, such as those that a filter removes. */
  readonly hiddenRows: number;
}

const TAGS = /<(?:\w+:)?(row|c|mergeCell)((?:\s[^<>]*?)?)(\/?)>/;
const END_OF_CELL = /<\/(?:\w+:)?c>/g;
const ADDRESS = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/;
const ROW_NUMBER = /^\d{1,7}$/;
const VALUE = /<(?:\w+:)?v(?:\s[^<>]*)?>([^<]+)</;
/** A number of at least 1e15, written out or not. */
const LONG_NUMBER = /^-?\d{16,}(?:\.\d*)?$|^-?\d(?:\.\d+)?E\+?(?:1[5-9]|[2-9]\d|\d{3})$/i;
const FORMULA = /<(?:\w+:)?f[\s/>]/;

/** Row and column, from 1, of an address such as BC12; undefined for anything else. */
function placeOf(address: string | undefined): {readonly row: number; readonly column: number} | undefined {
  const found = address === undefined ? null : ADDRESS.exec(address);
  if (found === null) return undefined;
  const letters = Array.from(at(found, 1));
  const column = letters.reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0);
  return {row: Number(at(found, 2)), column};
}

function oddCell(type: string, content: string): OddCell | undefined {
  const value = VALUE.exec(content)?.[1];
  if (type === "e") return {kind: "error", text: unescapeXml(value ?? "#VALUE!")};
  if (value !== undefined) return type === "n" && LONG_NUMBER.test(value) ? {kind: "rounded"} : undefined;
  // A formula may have the empty text as its value; it is then marked as a text.
  return FORMULA.test(content) && type !== "str" ? {kind: "formula"} : undefined;
}

function mergedBlock(reference: string): MergedBlock | undefined {
  const [from, to] = reference.split(":").map(placeOf);
  if (from === undefined || to === undefined) return undefined;
  return {rows: [from.row, to.row], columns: [from.column, to.column]};
}

/** The text of a cell element from `start`, just after its opening tag. */
function contentAt(xml: string, start: number): string {
  END_OF_CELL.lastIndex = start;
  return xml.slice(start, END_OF_CELL.exec(xml)?.index ?? xml.length);
}

/** The findings of {@link scanSheet} so far. */
class SheetScan implements SheetCells {
  readonly merged: MergedBlock[] = [];
  rows = 0;
  columns = 0;
  readonly #odd = new Map<string, OddCell>();
  readonly #hidden = new Set<number>();
  #isHidden = false;
  #row = 0;
  #column = 0;

  oddAt(row: number, column: number): OddCell | undefined {
    return this.#odd.get(`${row} ${column}`);
  }

  get hiddenRows(): number {
    return this.#hidden.size;
  }

  startRow(tag: string): void {
    const [hidden, number] = [attributeOf(tag, "hidden"), attributeOf(tag, "r")];
    this.#isHidden = hidden === "1" || hidden === "true";
    // A row without a number, or with another text, follows the one before it.
    const isNumbered = number !== undefined && ROW_NUMBER.test(number);
    this.#row = isNumbered ? Number(number) : this.#row + 1;
    this.#column = 0;
    this.#extend();
  }

  /** @param content null for an empty element */
  addCell(tag: string, content: string | null): void {
    // A cell without an address follows the one before it.
    const place = placeOf(attributeOf(tag, "r"));
    this.#row = place?.row ?? this.#row;
    this.#column = place?.column ?? this.#column + 1;
    this.#extend();
    if (content === null) return;
    if (this.#isHidden) this.#hidden.add(this.#row);
    const odd = oddCell(attributeOf(tag, "t") ?? "n", content);
    if (odd !== undefined) this.#odd.set(`${this.#row} ${this.#column}`, odd);
  }

  addMerged(tag: string): void {
    const reference = attributeOf(tag, "ref");
    const block = reference === undefined ? undefined : mergedBlock(reference);
    if (block !== undefined) this.merged.push(block);
  }

  #extend(): void {
    this.rows = Math.max(this.rows, this.#row);
    this.columns = Math.max(this.columns, this.#column);
  }
}

/** Scans the XML of a sheet for facts that its values do not show. */
export function scanSheet(xml: string): SheetCells {
  const scan = new SheetScan();
  const tags = new RegExp(TAGS, "g");
  for (let found = tags.exec(xml); found !== null; found = tags.exec(xml)) {
    const [, name, , end] = found;
    const tag = at(found, 2);
    if (name === "mergeCell") scan.addMerged(tag);
    else if (name === "row") scan.startRow(tag);
    else {
      const content = end === "/" ? null : contentAt(xml, tags.lastIndex);
      scan.addCell(tag, content);
      if (content !== null) tags.lastIndex += content.length;
    }
  }
  return scan;
}
