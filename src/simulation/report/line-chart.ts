import {GOSSIP} from "../study/names.ts";
import type {Look} from "./look.ts";
import {html, type Markup} from "./markup.ts";
import {isLocal, styleOf} from "./palette.ts";
import {type Domain, domainOf, linearScale, logScale, type Scale} from "./scale.ts";
import {area, type Caption, dot, drawing, line, path, words} from "./svg.ts";

/** A line of a chart, with its band where low and high are known. */
export interface ChartSeries {
  readonly method: string;
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly low: number | null;
    readonly high: number | null;
  }[];
}

/** What {@link lineChart} draws. */
export interface LineChart {
  readonly caption: Caption;
  readonly series: readonly ChartSeries[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly yKind: "linear" | "log";
  /** A line across, such as the target. */
  readonly mark?: {readonly value: number; readonly label: string} | undefined;
  /** Words for some x where they are no numbers. */
  readonly xWords?: readonly string[] | undefined;
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

/** One legend entry a method; all sites' own lines share one. */
function legendOf(series: readonly ChartSeries[]): readonly {label: string; method: string; end: number}[] {
  const shown = series.filter(({points}) => points.length > 0);
  const locals = shown.filter(({method}) => isLocal(method));
  const ends = (of: ChartSeries): number => of.points.at(-1)?.y ?? 0;
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

function yDomain({series, mark}: LineChart): Domain {
  const values = series.flatMap(({points}) => points.flatMap(({y, low, high}) => [y, low ?? y, high ?? y]));
  return domainOf(mark === undefined ? values : [...values, mark.value]);
}

function frameOf(look: Look, chart: LineChart): Frame {
  const left = look.isNarrow ? 46 : 58;
  const right = look.width - (look.isNarrow ? 14 : 158);
  const [top, bottom] = [32, look.isNarrow ? 240 : 310];
  const xs = chart.series.flatMap(({points}) => points.map(({x}) => x));
  const x =
    chart.xWords === undefined
      ? roundAxis(domainOf(xs), [left, right], look.isNarrow ? 4 : 8)
      : wordAxis(chart.xWords, [left, right]);
  const makeY = chart.yKind === "log" ? logScale : linearScale;
  return {left, right, top, bottom, x, y: makeY(yDomain(chart), [bottom, top])};
}

/** An axis that ends where the values do, with ticks in whole steps. */
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

function wordAxis(labels: readonly string[], range: readonly [number, number]): Scale {
  const width = (range[1] - range[0]) / labels.length;
  return {
    at: (value) => range[0] + (value + 0.5) * width,
    ticks: labels.map((_, place) => place),
    label: (tick) => labels[tick] ?? "",
  };
}

function axes(look: Look, frame: Frame, chart: LineChart): Markup {
  const {left, right, top, bottom, x, y} = frame;
  return html`${y.ticks.map((tick) => [
    line(look, [left, y.at(tick)], [right, y.at(tick)], {colour: "grid"}),
    words(look, [left - 8, y.at(tick) + 4], y.label(tick), {anchor: "end", colour: "muted"}),
  ])}${x.ticks.map((tick) => [
    line(look, [x.at(tick), bottom], [x.at(tick), bottom + 5], {colour: "rule"}),
    words(look, [x.at(tick), bottom + 19], x.label(tick), {anchor: "middle", colour: "muted"}),
  ])}${line(look, [left, bottom], [right, bottom], {colour: "rule"})}${words(look, [left - (look.isNarrow ? 40 : 50), top - 18], chart.yLabel, {colour: "muted"})}${words(look, [right, bottom + 37], chart.xLabel, {anchor: "end", colour: "muted"})}`;
}

function marks(look: Look, {left, right, y}: Frame, {mark}: LineChart): Markup | null {
  if (mark === undefined) return null;
  const height = y.at(mark.value);
  return html`${line(look, [left, height], [right, height], {colour: "muted", dash: "2 4"})}${words(look, [left + 4, height - 5], mark.label, {colour: "muted", size: 11})}`;
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
  return html`${drawn}${path(look, places, style)}${isSparse ? places.map((at) => dot(look, at, 3, style)) : null}`;
}

/** Labels beside the ends of their lines, pushed apart where they would cover one another. */
function endLabels(look: Look, frame: Frame, series: readonly ChartSeries[]): Markup {
  const entries = legendOf(series)
    .map((entry) => ({...entry, at: frame.y.at(entry.end)}))
    .sort((a, b) => a.at - b.at);
  const places: number[] = [];
  for (const {at} of entries)
    places.push(Math.max(at, (places.at(-1) ?? frame.top - MARK_SPACE) + MARK_SPACE));
  const over = Math.max(0, (places.at(-1) ?? 0) - frame.bottom);
  return html`${entries.map(({label, method}, place) => {
    const y = (places[place] ?? 0) - over;
    return [
      line(look, [frame.right + 8, y], [frame.right + 32, y], styleOf(method)),
      words(look, [frame.right + 38, y + 4], label, {isBold: method === GOSSIP}),
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
      words(look, [at[0] + 30, at[1] + 4], label, {isBold: method === GOSSIP}),
    ];
  })}`;
}

/** Lines with bands over a common axis; labelled at their ends, or below on a phone. At least one point. */
export function lineChart(look: Look, chart: LineChart): Markup {
  const frame = frameOf(look, chart);
  const rows = Math.ceil(legendOf(chart.series).length / 2);
  const height = frame.bottom + 46 + (look.isNarrow ? 12 + rows * LEGEND_ROW : 0);
  // The network's own line lies above all others.
  const ordered = [...chart.series].sort((a, b) => styleOf(a.method).width - styleOf(b.method).width);
  return drawing(look, chart.caption, height, [
    axes(look, frame, chart),
    marks(look, frame, chart),
    ordered.map((series) => drawSeries(look, frame, series)),
    look.isNarrow ? legendBelow(look, frame.bottom + 56, chart.series) : endLabels(look, frame, chart.series),
  ]);
}
