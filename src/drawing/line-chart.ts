import type {PageMarkup} from "./element.ts";
import type {Look} from "./look.ts";
import {
  type Domain,
  domainOf,
  domainWithin,
  linearScale,
  logScale,
  roundScale,
  type Scale,
  valueScale,
} from "./scale.ts";
import {
  area,
  type Caption,
  dot,
  drawing,
  line,
  type Place,
  path,
  type Shape,
  type StrokeStyle,
  ticksBelow,
  words,
} from "./shapes.ts";
import {shortText, textWidth} from "./text-width.ts";

/** Style of a line and its band. */
export type SeriesStyle = Required<Pick<StrokeStyle, "colour" | "width" | "dash">>;

/** A figure of a line, with its band if low and high are known. */
export interface ChartPoint {
  readonly x: number;
  /** Null if there is none: the line has a gap. */
  readonly y: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Figures of single seeds, drawn as dots. */
  readonly seeds?: readonly number[];
}

/** A line of a chart. */
export interface ChartSeries {
  /** Its name in the legend, which several lines may share; null for none. */
  readonly label: string | null;
  readonly style: SeriesStyle;
  readonly points: readonly ChartPoint[];
}

/** Content of a {@link lineChart}. */
export interface LineChart {
  readonly caption: Caption;
  readonly series: readonly ChartSeries[];
  readonly xLabel: string;
  /** The figure and its subject, which on a phone is on a separate line; null if words beside the chart name them. */
  readonly yTitle: {readonly label: string; readonly note: string} | null;
  readonly yKind: "linear" | "log";
  /** Limits of possible figures. */
  readonly bounds: Domain;
  /** Rounds, or values of a sweep. Values get ticks, on a logarithmic axis if they are logarithmic. */
  readonly xKind: "rounds" | "values";
}

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: Scale;
  readonly y: Scale;
}

/** A name in the legend, and the mean of the last figures of its lines. */
interface LegendEntry {
  readonly label: string;
  readonly style: SeriesStyle;
  readonly end: number;
}

type Drawable = ChartPoint & {readonly y: number};

/** A line in pieces: one ends at a missing figure, or at one that the axis does not have. */
interface DrawnSeries extends Omit<ChartSeries, "points"> {
  readonly pieces: readonly (readonly Drawable[])[];
}

const LEGEND_ROW = 20;
const MARK_SPACE = 16;
/** Distance from the frame's right side to the label of a line. */
const LABEL_AT = 38;
/** Largest width of labels and their marks in a picture. */
const MOST_LABEL = 260;
/** A line with at most so many points has a dot at each. */
const MOST_DOTS = 12;

function inPieces({points, ...series}: ChartSeries, yKind: LineChart["yKind"]): DrawnSeries {
  const pieces: Drawable[][] = [[]];
  for (const {y, ...point} of points) {
    if (y === null || !Number.isFinite(y) || (yKind === "log" && y <= 0)) pieces.push([]);
    else pieces.at(-1)?.push({...point, y});
  }
  return {...series, pieces: pieces.filter(({length}) => length > 0)};
}

function legendOf(drawn: readonly DrawnSeries[]): readonly LegendEntry[] {
  const labels = new Set(drawn.map(({label}) => label));
  return [...labels].flatMap((label) => {
    const own = drawn.filter((series) => series.label === label);
    const ends = own.flatMap(({pieces}) => pieces.at(-1)?.at(-1)?.y ?? []);
    const [first] = own;
    if (label === null || first === undefined || ends.length === 0) return [];
    return [{label, style: first.style, end: ends.reduce((sum, end) => sum + end, 0) / ends.length}];
  });
}

/** Tells whether a line stands out: its band is darker, and its name is bold. */
const isStrong = ({width}: SeriesStyle): boolean => width > 2.5;

function frameOf(
  look: Look,
  {yTitle, yKind, bounds, xKind}: LineChart,
  points: readonly Drawable[],
  legend: readonly LegendEntry[],
): Frame {
  const left = look.isNarrow ? 46 : 58;
  const longest = Math.max(...legend.map(({label}) => textWidth(label)));
  const right =
    look.width - (look.isNarrow ? 14 : Math.min(MOST_LABEL, Math.max(158, longest + LABEL_AT + 4)));
  const above = look.isNarrow ? 48 : 32;
  const top = yTitle === null ? 10 : above;
  const bottom = top + look.plotHeight;
  const xs = points.map(({x}) => x);
  const x =
    xKind === "rounds"
      ? roundScale(domainOf(xs), [left, right], look.isNarrow ? 4 : 8)
      : valueScale(xs, [left, right]);
  const ys = points.flatMap(({y, low, high, seeds = []}) => [y, low ?? y, high ?? y, ...seeds]);
  const y =
    yKind === "log"
      ? logScale(domainOf(ys), [bottom, top])
      : linearScale(domainWithin(ys, bounds), [bottom, top]);
  return {left, right, top, bottom, x, y};
}

/** Draws the title of the vertical axis in one line or, on a phone, in two. */
function yTitleOf(look: Look, {left, top}: Frame, {yTitle}: LineChart): Shape {
  if (yTitle === null) return null;
  const {label, note} = yTitle;
  const style = {colour: "muted"} as const;
  const at = left - (look.isNarrow ? 40 : 50);
  if (!look.isNarrow) return words(look, [at, top - 18], `${label}${note}`, style);
  return [
    words(look, [at, top - 34], label, style),
    words(look, [at, top - 18], note.replace(/^, | of /, ""), style),
  ];
}

function axes(look: Look, frame: Frame, chart: LineChart): Shape {
  const {left, right, bottom, x, y} = frame;
  return [
    y.ticks.map((tick) => [
      line(look, [left, y.at(tick)], [right, y.at(tick)], {colour: "grid"}),
      words(look, [left - 8, y.at(tick) + 4], y.label(tick), {anchor: "end", colour: "muted"}),
    ]),
    ticksBelow(look, x, bottom, null),
    line(look, [left, bottom], [right, bottom], {colour: "rule"}),
    yTitleOf(look, frame, chart),
    words(look, [right, bottom + 37], chart.xLabel, {anchor: "end", colour: "muted"}),
  ];
}

function bandOf(look: Look, {x, y}: Frame, piece: readonly Drawable[], style: SeriesStyle): Shape {
  const banded = piece.flatMap(({x: at, low, high}) =>
    low === null || high === null ? [] : [{at: x.at(at), low: y.at(low), high: y.at(high)}],
  );
  const band = [
    ...banded.map(({at, high}): Place => [at, high]),
    ...banded.toReversed().map(({at, low}): Place => [at, low]),
  ];
  return band.length > 2 ? area(look, band, style.colour, isStrong(style) ? 0.18 : 0.09) : null;
}

function drawSeries(look: Look, frame: Frame, {pieces, style}: DrawnSeries): Shape {
  const {x, y} = frame;
  const places = pieces.map((piece) => piece.map((point): Place => [x.at(point.x), y.at(point.y)]));
  const isSparse = places.flat().length <= MOST_DOTS;
  const single = pieces
    .flat()
    .flatMap(({x: at, seeds = []}) => seeds.map((value): Place => [x.at(at), y.at(value)]));
  return [
    pieces.map((piece) => bandOf(look, frame, piece, style)),
    places.map((piece) => path(look, piece, style)),
    single.map((at) => dot(look, at, 2, {...style, isHollow: true})),
    places
      .filter(({length}) => isSparse || length === 1)
      .flat()
      .map((at) => dot(look, at, 3, style)),
  ];
}

/** Draws labels beside the ends of their lines, moved apart if they would overlap. */
function endLabels(look: Look, {right, top, bottom, y}: Frame, legend: readonly LegendEntry[]): Shape {
  const placed: (LegendEntry & {readonly at: number})[] = [];
  for (const entry of legend.toSorted((a, b) => y.at(a.end) - y.at(b.end))) {
    const least = (placed.at(-1)?.at ?? top - MARK_SPACE) + MARK_SPACE;
    placed.push({...entry, at: Math.max(y.at(entry.end), least)});
  }
  const over = Math.max(0, (placed.at(-1)?.at ?? bottom) - bottom);
  return placed.map(({label, style, at}) => [
    line(look, [right + 8, at - over], [right + 32, at - over], style),
    words(look, [right + LABEL_AT, at - over + 4], shortText(label, look.width - right - LABEL_AT - 4), {
      isBold: isStrong(style),
    }),
  ]);
}

function legendBelow(look: Look, top: number, legend: readonly LegendEntry[]): Shape {
  return legend.map(({label, style}, place) => {
    const x = place % 2 === 0 ? 14 : look.width / 2 + 4;
    const y = top + Math.floor(place / 2) * LEGEND_ROW;
    return [
      line(look, [x, y], [x + 24, y], style),
      words(look, [x + 30, y + 4], shortText(label, look.width / 2 - 48), {isBold: isStrong(style)}),
    ];
  });
}

/**
 * Draws lines with bands over a common axis, labelled at their ends, or below on a phone; null if there is
 * nothing to draw.
 */
export function lineChart(look: Look, chart: LineChart): PageMarkup | null {
  const drawn = chart.series.map((series) => inPieces(series, chart.yKind));
  const points = drawn.flatMap(({pieces}) => pieces.flat());
  if (points.length === 0) return null;
  const legend = legendOf(drawn);
  const frame = frameOf(look, chart, points, legend);
  const below = look.isNarrow && legend.length > 0 ? 12 + Math.ceil(legend.length / 2) * LEGEND_ROW : 0;
  // The network's own line is the widest and solid, so dashed lines that coincide with it show on top of it.
  const ordered = drawn.toSorted((a, b) => b.style.width - a.style.width);
  return drawing(look, chart.caption, frame.bottom + 46 + below, [
    axes(look, frame, chart),
    ordered.map((series) => drawSeries(look, frame, series)),
    look.isNarrow ? legendBelow(look, frame.bottom + 56, legend) : endLabels(look, frame, legend),
  ]);
}
