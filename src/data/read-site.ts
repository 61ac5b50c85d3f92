import type {SiteQuery} from "./site-query.ts";
import {readSlides} from "./slides/read-slides.ts";
import {readTable} from "./table/read-table.ts";
import type {SiteTable} from "./types.ts";

/**
 * Reads and checks the data of one site; opens no other site's file.
 * @returns one row for each row of the table, or for each kept tile; owned by the caller
 * @throws {CodedError} one of the DATA_ codes, one line `file:line:column: what` that repeats no patient
 *   value and no name of a slide's file
 */
export async function readSite(query: SiteQuery): Promise<SiteTable> {
  const {task} = query;
  return task.kind === "tabular" ? readTable(task, query) : readSlides(task, query);
}
