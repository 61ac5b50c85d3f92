import {type CsvCell, csvText} from "../../study/index.ts";
import type {Look} from "./look.ts";
import type {Markup} from "./markup.ts";
import type {Caption} from "./svg.ts";

/** A picture of a report and its data. */
export interface Picture {
  readonly caption: Caption;
  readonly data: PictureData;
  /** Draws the picture; null if there is nothing to draw. */
  draw(look: Look): Markup | null;
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
