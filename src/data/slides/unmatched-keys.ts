import {countRange} from "../count-range.ts";
import type {Findings} from "../findings.ts";
import {keyMismatch} from "../table/key-mismatch.ts";
import type {StampFiles} from "./slide-table.ts";

/** A larger share of patients or slides without a partner than this is no chance. */
const MANY_UNMATCHED = 0.05;

/** Keys that only one of two tables has. */
export interface Unmatched {
  /** Patients with a label but no slide. */
  readonly patients: readonly string[];
  /** Keys of slides that belong to no patient. */
  readonly slides: readonly string[];
}

/** The reason why keys find no partner, if it is visible; undefined otherwise. */
export function unmatchedCause({patients, slides}: Unmatched, files: StampFiles): string | undefined {
  const found = keyMismatch(patients, slides);
  if (found === undefined) return undefined;
  return `${countRange(found.keys)} keys of ${files.clini} would match those of ${files.slides}${found.cause}`;
}

/** Reports many patients or slides that are left out because they have no partner. */
export function noteUnmatched(
  unmatched: Unmatched,
  totals: {readonly patients: number; readonly keys: number},
  files: StampFiles,
  findings: Findings,
): void {
  const {patients, slides} = unmatched;
  const isMany =
    patients.length > MANY_UNMATCHED * totals.patients || slides.length > MANY_UNMATCHED * totals.keys;
  if (!isMany) return;
  const counts =
    `${countRange(patients.length)} of ${countRange(totals.patients)} patients with a label have no slide, and ` +
    `${countRange(slides.length)} of ${countRange(totals.keys)} patients of ${files.slides} are not in ${files.clini}`;
  const cause = unmatchedCause(unmatched, files) ?? "check that both tables spell the patients' keys alike";
  findings.tell("warning", `${counts}; ${cause}`);
}
