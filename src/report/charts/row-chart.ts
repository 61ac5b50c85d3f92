import {
  type Caption,
  type Domain,
  domainWithin,
  dot,
  drawing,
  type Look,
  line,
  linearScale,
  type PageMarkup,
  type Scale,
  type Shape,
  shortText,
  ticksBelow,
  words,
} from "../../drawing/index.ts";
import type {CellSummary} from "../result-groups.ts";
import {figureText} from "../words.ts";
import {styleOf} from "./palette.ts";

/** Content of a {@link rowChart}. */
export interface RowChart {
  readonly caption: Caption;
  /** The name of each row. */
  readonly names: readonly string[];
  /** Each method's figures, one a row; null if it has none. */
  readonly cells: ReadonlyMap<string, readonly (CellSummary | null)[]>;
  readonly xLabel: string;
  /** Limits of possible figures. */
  readonly bounds: Domain;
}

const LANE = 17;
const GAP = 14;
const HEADING = 20;
const TOP = 14;

/** Returns the mean with the number of seeds without a model, or the reason that there is no mean. */
function laneText(cell: CellSummary | null): string {
  if (cell === null) return "\u2013";
  const {summary, lostSeeds, lostBy} = cell;
  if (summary === null) return lostSeeds > 0 ? lostBy : "\u2013";
  return `${figureText(summary.mean)}${lostSeeds > 0 ? ` (${lostSeeds} ${lostBy})` : ""}`;
}

/**
 * Draws a method's figure in a row: the seeds hollow, their mean filled, the method and the mean at the
 * right.
 */
function drawLane(
  look: Look,
  {x, y, right}: {readonly x: Scale; readonly y: number; readonly right: number},
  [method, cell]: readonly [string, CellSummary | null],
): Shape {
  const {colour} = styleOf(method);
  const text = shortText(`${method} ${laneText(cell)}`, look.width - right - 16);
  const label = words(look, [right + 14, y + 4], text, {size: 11});
  const mean = cell?.summary?.mean;
  if (cell === null || mean === undefined) return label;
  const single = cell.values.length < 2 ? [] : cell.values;
  return [
    single.map((value) => dot(look, [x.at(value), y], 2.5, {colour, isHollow: true})),
    dot(look, [x.at(mean), y], 4, {colour}),
    label,
  ];
}

/** Draws a row for each point, with a lane for each method; null if no method has a figure. */
export function rowChart(look: Look, {caption, names, cells, xLabel, bounds}: RowChart): PageMarkup | null {
  const values = [...cells.values()].flatMap((own) => own.flatMap((cell) => cell?.values ?? []));
  if (values.length === 0) return null;
  const [left, right] = look.isNarrow ? [14, look.width - 184] : [24, look.width - 210];
  const x = linearScale(domainWithin(values, bounds), [left, right], look.isNarrow ? 3 : 6);
  const height = HEADING + cells.size * LANE + GAP;
  const bottom = TOP + names.length * height;
  return drawing(look, caption, bottom + 46, [
    ticksBelow(look, x, bottom, TOP),
    words(look, [right, bottom + 38], xLabel, {anchor: "end", colour: "muted"}),
    names.map((name, row) => {
      const top = TOP + row * height;
      return [
        words(look, [left, top + 13], shortText(name, look.width - left - 14), {isBold: true, hasHalo: true}),
        [...cells].map(([method, own], lane) =>
          drawLane(look, {x, y: top + HEADING + (lane + 0.5) * LANE, right}, [method, own[row] ?? null]),
        ),
        line(look, [left, top + height - 4], [look.width - 14, top + height - 4], {colour: "grid"}),
      ];
    }),
  ]);
}
