import {at, CodedError, present} from "../../core/index.ts";
import {countRange} from "../count-range.ts";
import type {DataErrorCode} from "../errors.ts";
import {canonicalCode} from "../table/cell.ts";
import {refuseRoundedKey} from "../table/patient-key.ts";
import type {KeysSplit} from "../task/task-schema.ts";
import type {AssignedPart, SiteTable} from "../types.ts";
import {type DelimitedFile, readDelimited} from "./delimited-file.ts";

function fail(what: string, hint: string): never {
  throw new CodedError<DataErrorCode>("DATA_SPLIT_FILE_INVALID", what, {hint});
}

/** Creates the function from a cell to the part of the site; undefined if the patient is another site's. */
function placing(listed: KeysSplit["sites"][string] | undefined): (cell: string) => AssignedPart | undefined {
  if (listed === undefined) return () => undefined;
  const train = canonicalCode(listed.train);
  const test = canonicalCode(listed.test);
  return (cell) => {
    const place = canonicalCode(cell);
    if (place === train) return "train";
    return place === test ? "test" : undefined;
  };
}

/** The content of a split file of all sites' patients, by their keys. */
export interface Placing {
  /** The name of the split file in messages. */
  readonly file: string;
  /** The part of each of the site's patients. */
  readonly parts: ReadonlyMap<string, AssignedPart>;
  /** Patients of any site. */
  readonly everywhere: ReadonlySet<string>;
}

/**
 * The part of each of a site's patients, from a split file of all sites' patients: those for whom its column
 * has the value that the task's split lists for the site.
 * @throws {CodedError} DATA_SPLIT_FILE_INVALID for a patient who is there twice, or a site without any; the
 *   codes of reading a CSV
 */
export async function partsByKey(
  file: DelimitedFile,
  {patient, column, sites}: KeysSplit,
  site: string,
): Promise<Placing> {
  const partOf = placing(sites[site]);
  const anySite = Object.values(sites).map(placing);
  const everywhere = new Set<string>();
  const parts = new Map<string, AssignedPart>();
  const seen = new Set<string>();
  for await (const row of readDelimited(file, [patient, column])) {
    const {cells, line} = row;
    const [key, cell] = [at(cells, 0), at(cells, 1)];
    refuseRoundedKey(file.name, row, 0, patient);
    if (seen.has(key)) {
      fail(`${file.name}:${line}: names a patient again`, "Give each patient one row of the split file.");
    }
    seen.add(key);
    const part = partOf(cell);
    if (part !== undefined) parts.set(key, part);
    if (anySite.some((placeOf) => placeOf(cell) !== undefined)) everywhere.add(key);
  }
  if (parts.size > 0) return {file: file.name, parts, everywhere};
  return fail(
    `${file.name}: places no patient at site ${site}`,
    `Check split.sites.${site} against the column ${column}.`,
  );
}

/**
 * The part of each row of a table, shape `[n]`.
 * @throws {CodedError} DATA_SPLIT_FILE_INVALID if the table lacks one of the patients
 */
export function keyedParts(
  {file, parts}: Placing,
  {site, patients}: Pick<SiteTable, "site" | "patients">,
): readonly AssignedPart[] {
  const missing = parts.size - new Set(patients).size;
  if (missing > 0) {
    fail(
      `${file}: places ${countRange(missing)} patients at site ${site} that its table does not keep`,
      "The split file must place each patient that the task keeps, and no other.",
    );
  }
  return patients.map((patient) => present(parts.get(patient.slice(site.length + 1)), "a patient's part"));
}
