import {expected} from "../../simulation/index.ts";
import {GOSSIP} from "../../study/index.ts";
import {shortText, textWidth} from "../words.ts";
import type {Look} from "./look.ts";
import {html, type Markup} from "./markup.ts";
import {isLocal, styleOf} from "./palette.ts";
import {type Domain, domainOf, domainWithin, linearScale, logScale, type Scale, valueScale} from "./scale.ts";
import {area, type Caption, dot, drawing, line, path, words} from "./svg.ts";

/** A line of a chart, with its band if low and high are known. */
export interface ChartSeries {
  readonly method: string;
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly low: number | null;
    readonly high: number | null;
    /** Figures of single seeds, drawn as dots. */
    readonly seeds?: readonly number[];
  }[];
}

/** Content of a {@link lineChart}. */
export interface LineChart {
  readonly caption: Caption;
  readonly series: readonly ChartSeries[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** The subject of the figure; on a phone on a separate line. */
  readonly yNote: string;
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

const LEGEND_ROW = 20;
const MARK_SPACE = 16;
/** Distance from the frame's right side to the label of a line. */
const LABEL_AT = 38;
/** Largest width of labels and their marks in a picture. */
const MOST_LABEL = 260;

/** Returns one legend entry per method. All sites' own lines share one. */
function legendOf(series: readonly ChartSeries[]): readonly {label: string; method: string; end: number}[] {
  const shown = series.filter(({points}) => points.length > 0);
  const locals = shown.filter(({method}) => isLocal(method));
  const ends = ({method, points}: ChartSeries): number => expected(points.at(-1), `a point of ${method}`).y;
  const others = shown.filter(({method}) => !isLocal(method));
  const [first] = locals;
  return [
    ...others.map((own) => ({label: own.method, method: own.method, end: ends(own)})),
    ...(first === undefined
      ? []
      : [
          {
            label: locals.length === 1 ? first.method : "Local, each site",
            method: first.method,
            end: locals.reduce((sum, own) => sum + ends(own), 0) / locals.length,
          },
        ]),
  ];
}

function yDomain({series, yKind, bounds}: LineChart): Domain {
  const values = series.flatMap(({points}) =>
    points.flatMap(({y, low, high, seeds = []}) => [y, low ?? y, high ?? y, ...seeds]),
  );
  return yKind === "log" ? domainOf(values) : domainWithin(values, bounds);
}

function frameOf(look: Look, chart: LineChart): Frame {
  const left = look.isNarrow ? 46 : 58;
  const longest = Math.max(...legendOf(chart.series).map(({label}) => textWidth(label)));
  const right =
    look.width - (look.isNarrow ? 14 : Math.min(MOST_LABEL, Math.max(158, longest + LABEL_AT + 4)));
  const [top, bottom] = look.isNarrow ? [48, 256] : [32, 310];
  const xs = chart.series.flatMap(({points}) => points.map(({x}) => x));
  const x =
    chart.xKind === "rounds"
      ? roundAxis(domainOf(xs), [left, right], look.isNarrow ? 4 : 8)
      : valueScale(xs, [left, right]);
  const makeY = chart.yKind === "log" ? logScale : linearScale;
  return {left, right, top, bottom, x, y: makeY(yDomain(chart), [bottom, top])};
}

/** Creates an axis that ends where the values do, with ticks in whole steps. */
function roundAxis([least, most]: Domain, range: readonly [number, number], count: number): Scale {
  const span = most - least || 1;
  const {ticks, label} = linearScale([least, most], range, count);
  return {
    at: (value) => range[0] + ((value - least) / span) * (range[1] - range[0]),
    ticks: ticks.filter(
      (tick) => tick >= least && tick <= most && (span > 4 || Number.isInteger(tick) || span < 1),
    ),
    label,
  };
}

/** Draws the title of the vertical axis in one line or, on a phone, in two. */
function yTitle(look: Look, {left, top}: Frame, {yLabel, yNote}: LineChart): Markup {
  const style = {colour: "muted"} as const;
  const at = left - (look.isNarrow ? 40 : 50);
  if (!look.isNarrow) return words(look, [at, top - 18], `${yLabel}${yNote}`, style);
  return html`${words(look, [at, top - 34], yLabel, style)}${words(look, [at, top - 18], yNote.replace(/^, | of /, ""), style)}`;
}

function axes(look: Look, frame: Frame, chart: LineChart): Markup {
  const {left, right, bottom, x, y} = frame;
  return html`${y.ticks.map((tick) => [
    line(look, [left, y.at(tick)], [right, y.at(tick)], {colour: "grid"}),
    words(look, [left - 8, y.at(tick) + 4], y.label(tick), {anchor: "end", colour: "muted"}),
  ])}${x.ticks.map((tick) => [
    line(look, [x.at(tick), bottom], [x.at(tick), bottom + 5], {colour: "rule"}),
    words(look, [x.at(tick), bottom + 19], x.label(tick), {anchor: "middle", colour: "muted"}),
  ])}${line(look, [left, bottom], [right, bottom], {colour: "rule"})}${yTitle(look, frame, chart)}${words(look, [right, bottom + 37], chart.xLabel, {anchor: "end", colour: "muted"})}`;
}

function drawSeries(look: Look, {x, y}: Frame, {method, points}: ChartSeries): Markup {
  const style = styleOf(method);
  const banded = points.flatMap(({x: at, low, high}) =>
    low === null || high === null ? [] : [{at, low, high}],
  );
  const band = [
    ...banded.map(({at, high}) => [x.at(at), y.at(high)] as const),
    ...banded.toReversed().map(({at, low}) => [x.at(at), y.at(low)] as const),
  ];
  const places = points.map((point) => [x.at(point.x), y.at(point.y)] as const);
  const drawn =
    band.length > 2 && !isLocal(method)
      ? area(look, band, style.colour, style.width > 2.5 ? 0.18 : 0.09)
      : null;
  const isSparse = points.length <= 12;
  const single = points.flatMap(({x: at, seeds = []}) =>
    seeds.map((value) => [x.at(at), y.at(value)] as const),
  );
  return html`${drawn}${path(look, places, style)}${single.map((at) => dot(look, at, 2, {...style, isHollow: true}))}${isSparse ? places.map((at) => dot(look, at, 3, style)) : null}`;
}

/** Draws labels beside the ends of their lines, moved apart if they would overlap. */
function endLabels(look: Look, frame: Frame, series: readonly ChartSeries[]): Markup {
  const entries = legendOf(series)
    .map((entry) => ({...entry, at: frame.y.at(entry.end)}))
    .sort((a, b) => a.at - b.at);
  const places: number[] = [];
  for (const {at} of entries)
    places.push(Math.max(at, (places.at(-1) ?? frame.top - MARK_SPACE) + MARK_SPACE));
  const over = Math.max(0, (places.at(-1) ?? 0) - frame.bottom);
  return html`${entries.map(({label, method}, place) => {
    const y = expected(places[place], `the place of ${label}`) - over;
    return [
      line(look, [frame.right + 8, y], [frame.right + 32, y], styleOf(method)),
      words(
        look,
        [frame.right + LABEL_AT, y + 4],
        shortText(label, look.width - frame.right - LABEL_AT - 4),
        {isBold: method === GOSSIP},
      ),
    ];
  })}`;
}

function legendBelow(look: Look, top: number, series: readonly ChartSeries[]): Markup {
  return html`${legendOf(series).map(({label, method}, place) => {
    const at: readonly [number, number] = [
      place % 2 === 0 ? 14 : look.width / 2 + 4,
      top + Math.floor(place / 2) * LEGEND_ROW,
    ];
    return [
      line(look, at, [at[0] + 24, at[1]], styleOf(method)),
      words(look, [at[0] + 30, at[1] + 4], shortText(label, look.width / 2 - 48), {
        isBold: method === GOSSIP,
      }),
    ];
  })}`;
}

/**
 * Draws lines with bands over a common axis, labelled at their ends, or below on a phone. There must be at
 * least one point.
 */
export function lineChart(look: Look, chart: LineChart): Markup {
  const frame = frameOf(look, chart);
  const rows = Math.ceil(legendOf(chart.series).length / 2);
  const height = frame.bottom + 46 + (look.isNarrow ? 12 + rows * LEGEND_ROW : 0);
  // The network's own line is the widest and solid, so dashed lines that coincide with it show on top of it.
  const ordered = [...chart.series].sort((a, b) => styleOf(b.method).width - styleOf(a.method).width);
  return drawing(look, chart.caption, height, [
    axes(look, frame, chart),
    ordered.map((series) => drawSeries(look, frame, series)),
    look.isNarrow ? legendBelow(look, frame.bottom + 56, chart.series) : endLabels(look, frame, chart.series),
  ]);
}
