import {type Look, pageColour} from "../../drawing/index.ts";
import {LIGHT} from "./palette.ts";

const DESK = {width: 760, plotHeight: 278, isNarrow: false};

/** In a page on a desktop screen. */
export const WIDE: Look = {...DESK, colour: pageColour, note: null, prefix: "w"};
/** In a page on a phone. */
export const NARROW: Look = {
  colour: pageColour,
  width: 360,
  plotHeight: 208,
  isNarrow: true,
  note: null,
  prefix: "n",
};
/** Returns the look of a separate file, for papers: no style sheet, white paper. */
export function inFile(name: string, note: string | null): Look {
  return {...DESK, colour: (colour) => LIGHT[colour], note, prefix: name};
}
