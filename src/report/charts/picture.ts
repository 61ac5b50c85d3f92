import type {Caption, Look, PageMarkup} from "../../drawing/index.ts";
import {type CsvCell, csvText} from "../../study/index.ts";

/** A picture of a report and its data. */
export interface Picture {
  readonly caption: Caption;
  readonly data: PictureData;
  /** Draws the picture; null if there is nothing to draw. */
  draw(look: Look): PageMarkup | null;
}

/** The numbers of a picture as a table. */
export interface PictureData {
  readonly header: readonly string[];
  readonly rows: readonly (readonly CsvCell[])[];
}

/** Returns the numbers of a picture as the text of a CSV file. */
export function pictureCsv({data}: Picture): string {
  return csvText(data.header, data.rows);
}
