import {CodedError} from "../../core/index.ts";
import {countRange} from "../count-range.ts";
import type {DataErrorCode} from "../errors.ts";
import type {Findings} from "../findings.ts";
import type {Placing} from "../readers/keyed-split-file.ts";
import {keyMismatch} from "./key-mismatch.ts";

/** The keys of a table beside those that a split file places. */
export interface PlacedKeys {
  /** Tells whether the patient is the site's; must be called for each key of the table. */
  takes(key: string): boolean;
  /**
   * Reports patients of the table that are placed at no site; to be called after the last key.
   * @throws {CodedError} DATA_SPLIT_FILE_INVALID if patients of the site are not in the table
   */
  check(names: {readonly table: string; readonly site: string}, findings: Findings): void;
}

/** Creates the {@link PlacedKeys} of a split file. */
export function createPlacedKeys({file: split, parts, everywhere}: Placing): PlacedKeys {
  const met = new Set<string>();
  const unplaced = new Set<string>();
  return {
    takes(key) {
      const isTaken = parts.has(key);
      if (isTaken) met.add(key);
      else if (!everywhere.has(key)) unplaced.add(key);
      return isTaken;
    },
    check({table, site}, findings) {
      const absent = [...parts.keys()].filter((key) => !met.has(key));
      const found = keyMismatch([...unplaced], absent);
      const cause =
        found === undefined
          ? ""
          : `; ${countRange(found.keys)} of them would match those of ${split}${found.cause}`;
      const left = `${countRange(unplaced.size)} patients of ${table} are placed at no site${cause}`;
      if (absent.length > 0) {
        const who =
          met.size === 0 ? "none of the" : `${countRange(absent.length)} of the ${countRange(parts.size)}`;
        const what = `${split}: ${who} patients that it places at site ${site} ${met.size === 0 ? "is" : "are not"} in ${table}`;
        throw new CodedError<DataErrorCode>(
          "DATA_SPLIT_FILE_INVALID",
          unplaced.size === 0 ? what : `${what}, and ${left}`,
          {hint: "Spell the patients' keys alike in both files, and place each patient of the table."},
        );
      }
      if (unplaced.size > 0) findings.tell("warning", `${split}: ${left}: they are left out`);
    },
  };
}
