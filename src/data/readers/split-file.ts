import {at, CodedError} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import {parseNumber} from "../table/cell.ts";
import type {AssignedPart, SiteTable} from "../types.ts";
import {type DelimitedFile, readDelimited} from "./delimited-file.ts";

const HINT = "The split file must place each row that the task keeps, and no other, into train or test.";

function fail(what: string): never {
  throw new CodedError<DataErrorCode>("DATA_SPLIT_FILE_INVALID", what, {hint: HINT});
}

function parsePart(text: string): AssignedPart | undefined {
  return text === "train" || text === "test" ? text : undefined;
}

async function placedRows(file: DelimitedFile, site: string): Promise<Map<number, AssignedPart>> {
  const placed = new Map<number, AssignedPart>();
  for await (const {cells, line} of readDelimited(file, ["site", "row", "set"])) {
    const [rowSite, rowText, partText] = [at(cells, 0), at(cells, 1), at(cells, 2)];
    if (rowSite !== site || partText === "") continue;
    const row = parseNumber(rowText);
    const part = parsePart(partText);
    if (row === undefined || part === undefined || placed.has(row)) {
      return fail(`${file.name}:${line}: expected a new row number, and train, test or nothing`);
    }
    placed.set(row, part);
  }
  return placed;
}

/**
 * The part of each kept row of a site, shape `[n]`, from a split file with the columns `site`, `row` (number
 * among the data rows of the site's file, from 0) and `set` (train, test, or empty for an unused row).
 * @throws {CodedError} DATA_SPLIT_FILE_INVALID if file and table differ in the rows that are used, or if rows
 *   of one patient are in different parts; the codes of reading a CSV
 */
export async function assignParts(
  file: DelimitedFile,
  table: Pick<SiteTable, "site" | "rowNumbers" | "patients">,
): Promise<readonly AssignedPart[]> {
  const placed = await placedRows(file, table.site);
  const partOf = new Map<string, AssignedPart>();
  const parts = Array.from(table.rowNumbers, (row, index) => {
    const part = placed.get(row) ?? fail(`${file.name}: does not place row ${row} of site ${table.site}`);
    const patient = at(table.patients, index);
    if ((partOf.get(patient) ?? part) !== part) {
      return fail(
        `${file.name}: places row ${row} of site ${table.site} apart from its patient's other rows`,
      );
    }
    partOf.set(patient, part);
    return part;
  });
  if (placed.size !== parts.length) {
    const extra = placed.size - parts.length;
    fail(`${file.name}: places ${extra} rows of site ${table.site} that its table does not keep`);
  }
  return parts;
}
