import {type ColourName, LIGHT} from "./palette.ts";

/** For which place a chart is drawn. */
export interface Look {
  /** A colour as an attribute's value. */
  colour(name: ColourName): string;
  /** Width of the drawing in pixels. */
  readonly width: number;
  /** Whether there is no room beside the plot: a phone. */
  readonly isNarrow: boolean;
  /** Put before ids, which must differ within a page. */
  readonly prefix: string;
}

const inPage = (name: ColourName): string => `var(--${name})`;

/** In a page on a desk. */
export const WIDE: Look = {colour: inPage, width: 760, isNarrow: false, prefix: "w"};
/** In a page on a phone. */
export const NARROW: Look = {colour: inPage, width: 360, isNarrow: true, prefix: "n"};
/** In a file of its own, for papers: no style sheet, white paper. */
export const PRINT: Look = {colour: (name) => LIGHT[name], width: 760, isNarrow: false, prefix: "p"};
