import {element, type PageMarkup} from "./markup.ts";
import {type ChartScale, linearChartScale, logChartScale, roundScale} from "./scale.ts";

const WIDTH = 360;
const HEIGHT = 188;
const PLOT = {left: 46, right: 348, top: 10, bottom: 162};

/** A figure of a round with its band. */
export interface BandPoint {
  /** From 0. */
  readonly round: number;
  /** Null if there is none. */
  readonly value: number | null;
  readonly low?: number;
  readonly high?: number;
}

/** The contents of a chart. */
export interface CurveChart {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** Description for a person who does not see the drawing. */
  readonly description: string;
  readonly points: readonly BandPoint[];
  readonly scale: "linear" | "log";
  /** Bounds that no value passes, such as 0 and 1 of a share. */
  readonly bounds?: {readonly low: number; readonly high: number};
}

type Drawable = BandPoint & {readonly value: number};

/** Runs of points without a gap: a piece ends at a missing value. */
function piecesOf({points, scale}: CurveChart): readonly (readonly Drawable[])[] {
  const pieces: Drawable[][] = [[]];
  for (const {value, ...rest} of points) {
    if (value === null || !Number.isFinite(value) || (scale === "log" && value <= 0)) pieces.push([]);
    else pieces.at(-1)?.push({...rest, value});
  }
  return pieces.filter(({length}) => length > 0);
}

const place = (value: number): string => String(Math.round(value * 10) / 10);

function linePath(piece: readonly Drawable[], x: ChartScale, y: ChartScale): string {
  const steps = piece.map(({round, value}) => `${place(x.at(round + 1))} ${place(y.at(value))}`);
  return `M${steps.join("L")}`;
}

function bandPath(piece: readonly Drawable[], x: ChartScale, y: ChartScale): string {
  const edge = (of: (point: Drawable) => number): string[] =>
    piece.map((point) => `${place(x.at(point.round + 1))} ${place(y.at(of(point)))}`);
  const upper = edge(({high, value}) => high ?? value);
  const lower = edge(({low, value}) => low ?? value).reverse();
  return `M${[...upper, ...lower].join("L")}Z`;
}

/** A tick's text, with as many decimals as distinguish the ticks. */
function tickText(value: number, {ticks}: ChartScale, isLog: boolean): string {
  if (isLog)
    return value >= 0.001 && value <= 1000 ? String(Number(value.toPrecision(1))) : value.toExponential(0);
  const [first = 0, second = 1] = ticks;
  const decimals = Math.max(0, -Math.floor(Math.log10(second - first) + 1e-9));
  return value.toFixed(decimals);
}

function valueScale({scale, bounds}: CurveChart, drawn: readonly Drawable[]): ChartScale {
  const lows = drawn.map(({low, value}) => low ?? value);
  const highs = drawn.map(({high, value}) => high ?? value);
  const low = Math.max(
    bounds?.low ?? -Infinity,
    lows.reduce((a, b) => Math.min(a, b), Infinity),
  );
  const high = Math.min(
    bounds?.high ?? Infinity,
    highs.reduce((a, b) => Math.max(a, b), -Infinity),
  );
  const range = {low, high, from: PLOT.bottom, to: PLOT.top};
  return scale === "log" ? logChartScale(range) : linearChartScale(range);
}

function axes(x: ChartScale, y: ChartScale, isLog: boolean): readonly PageMarkup[] {
  const {left, right, top, bottom} = PLOT;
  const across = y.ticks.flatMap((tick) => {
    const at = place(y.at(tick));
    return [
      element("line", {class: "grid", x1: left, x2: right, y1: at, y2: at}),
      element("text", {x: left - 7, y: at, dy: "0.35em", "text-anchor": "end"}, tickText(tick, y, isLog)),
    ];
  });
  const along = x.ticks.map((tick) =>
    element("text", {x: place(x.at(tick)), y: bottom + 18, "text-anchor": "middle"}, String(tick)),
  );
  const name = element("text", {x: left - 7, y: bottom + 18, "text-anchor": "end"}, "round");
  return [
    ...across,
    ...along,
    name,
    element("line", {class: "axis", x1: left, x2: left, y1: top, y2: bottom}),
  ];
}

/** Dots for the last point, and for each single point, which a line would not show. */
function dots(pieces: readonly (readonly Drawable[])[], x: ChartScale, y: ChartScale): readonly PageMarkup[] {
  const last = pieces.at(-1)?.at(-1);
  const alone = pieces.flatMap(([first, second]) =>
    first !== undefined && second === undefined ? [first] : [],
  );
  return [...new Set([...alone, ...(last === undefined ? [] : [last])])].map(({round, value}) =>
    element("circle", {class: "dot", cx: place(x.at(round + 1)), cy: place(y.at(value)), r: 3.5}),
  );
}

/** A curve over rounds with its band, or words if there is nothing to draw yet. */
export function curveChart(chart: CurveChart): PageMarkup {
  const {id, title, description, scale} = chart;
  const pieces = piecesOf(chart);
  const drawn = pieces.flat();
  const head = [
    element("title", {id: `${id}-title`}, title),
    element("desc", {id: `${id}-desc`}, description),
  ];
  const frame = {
    class: "chart",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    "aria-labelledby": `${id}-title ${id}-desc`,
  };
  const [first, last] = [drawn[0], drawn.at(-1)];
  if (first === undefined || last === undefined) {
    const words = element(
      "text",
      {class: "nothing", x: WIDTH / 2, y: HEIGHT / 2, "text-anchor": "middle"},
      "nothing to draw yet",
    );
    return element("svg", frame, ...head, words);
  }
  const rounds = {low: first.round + 1, high: last.round + 1};
  const x = roundScale({...rounds, from: PLOT.left + 6, to: PLOT.right - 4});
  const y = valueScale(chart, drawn);
  const hasBand = drawn.some(({low}) => low !== undefined);
  return element(
    "svg",
    frame,
    ...head,
    ...axes(x, y, scale === "log"),
    ...(hasBand ? pieces.map((piece) => element("path", {class: "band", d: bandPath(piece, x, y)})) : []),
    ...pieces.map((piece) => element("path", {class: "curve", d: linePath(piece, x, y)})),
    ...dots(pieces, x, y),
  );
}
