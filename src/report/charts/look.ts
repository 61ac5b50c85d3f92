import {type ColourName, LIGHT} from "./palette.ts";

/** The surroundings of a drawn chart. */
export interface Look {
  /** Returns a colour as an attribute's value. */
  colour(name: ColourName): string;
  /** Width of the drawing in pixels. */
  readonly width: number;
  /** True if there is no room beside the plot, as on a phone. */
  readonly isNarrow: boolean;
  /** Words under the drawing that must travel with it; null within a page that contains them. */
  readonly note: string | null;
  /** Prefix of ids, which must differ within a page. */
  readonly prefix: string;
}

const inPage = (name: ColourName): string => `var(--${name})`;

/** In a page on a desktop screen. */
export const WIDE: Look = {colour: inPage, width: 760, isNarrow: false, note: null, prefix: "w"};
/** In a page on a phone. */
export const NARROW: Look = {colour: inPage, width: 360, isNarrow: true, note: null, prefix: "n"};
/** Returns the look of a separate file, for papers: no style sheet, white paper. */
export function inFile(name: string, note: string | null): Look {
  return {colour: (colour) => LIGHT[colour], width: 760, isNarrow: false, note, prefix: name};
}
