import {countRange} from "./count-range.ts";
import type {SiteTable} from "./types.ts";

/**
 * Describes the patients, rows and slides of a site that are left out, and the columns that caused it, in
 * ranges that may be logged; null if there are none.
 */
export function leftOutText({droppedRows, droppedPatients, gaps, slides}: SiteTable): string | null {
  const columns = gaps.map(({column, rows}) => `${column} ${countRange(rows)}`).join(", ");
  const unlisted = slides?.patientsWithoutSlide ?? 0;
  const unknown = slides?.slidesWithoutPatient ?? 0;
  const parts = [
    ...(droppedRows === 0
      ? []
      : [
          `rows ${countRange(droppedRows)} that miss a value (${columns}), and with them patients ${countRange(droppedPatients)}`,
        ]),
    ...(unlisted === 0 ? [] : [`patients ${countRange(unlisted)} without a slide`]),
    ...(unknown === 0 ? [] : [`slides ${countRange(unknown)} of unknown patients`]),
  ];
  return parts.length === 0 ? null : parts.join("; ");
}
