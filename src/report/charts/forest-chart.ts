import {
  area,
  type Caption,
  type ColourName,
  domainOf,
  drawing,
  type Look,
  line,
  linearScale,
  type PageMarkup,
  type Place,
  type Scale,
  type Shape,
  shortText,
  textWidth,
  ticksBelow,
  words,
} from "../../drawing/index.ts";
import {METRIC_FACTS, type MethodComparison} from "../../study/index.ts";
import {type ComparisonVerdict, comparisonVerdict} from "../verdict.ts";
import {countText, differenceText, rangeText} from "../words.ts";

const COLOURS: Readonly<Record<ComparisonVerdict, ColourName>> = {
  better: "good",
  "non-inferior": "good",
  "not shown": "warn",
  inferior: "bad",
  "no comparison": "warn",
};

/** Content of a {@link forestChart}. */
export interface Forest {
  readonly caption: Caption;
  /** Comparisons by one metric. */
  readonly rows: readonly MethodComparison[];
  /** Returns the reason that a row has no comparison; otherwise null. */
  whyNot(row: MethodComparison): string | null;
}

const intervalText = (row: MethodComparison): string =>
  `${differenceText(row.difference)} (${differenceText(row.low)} to ${differenceText(row.high)})`;

interface Layout {
  readonly whyNot: Forest["whyNot"];
  readonly x: Scale;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly entries: readonly Entry[];
}

/** A row of the chart, or the heading of a group of test patients. Its middle is at `y`. */
interface Entry {
  readonly y: number;
  readonly height: number;
  readonly heading: string | null;
  readonly row: MethodComparison | null;
}

/** Least width on a phone for the reason that there is no comparison. */
const LEAST_REASON = 150;
const HEADING_HEIGHT = 30;
const TOP = 46;

function entriesOf(look: Look, rows: readonly MethodComparison[]): readonly Entry[] {
  const height = look.isNarrow ? 46 : 26;
  const entries = [...new Set(rows.map(({test}) => test))].flatMap((test) => {
    const own = rows.filter((row) => row.test === test);
    const heading = `${shortText(test, 180)}, n = ${rangeText(
      own.map(({n}) => n),
      countText,
    )}`;
    return [
      {heading, row: null, height: HEADING_HEIGHT},
      ...own.map((row) => ({heading: null, row, height})),
    ];
  });
  let top = TOP;
  return entries.map((entry) => {
    const y = top + entry.height / 2;
    top += entry.height;
    return {...entry, y};
  });
}

function layoutOf(look: Look, {rows, whyNot}: Forest): Layout {
  const longest = Math.max(...rows.map(({baseline}) => textWidth(baseline)));
  const [left, right] = look.isNarrow
    ? [26, look.width - 26]
    : [Math.min(250, Math.max(170, longest + 28)), look.width - 300];
  const entries = entriesOf(look, rows);
  const values = rows.flatMap(({low, high, margin}) =>
    [low, high, margin, -margin, 0].filter((value) => value !== null),
  );
  const x = linearScale(domainOf(values), [left, right], look.isNarrow ? 4 : 5);
  const bottom = entries.reduce((sum, {height}) => sum + height, TOP) + 8;
  return {whyNot, x, left, right, top: TOP, bottom, entries};
}

function ground(look: Look, {x, left, right, top, bottom}: Layout, first: MethodComparison): Shape {
  const isHigher = METRIC_FACTS[first.metric].better === "higher";
  const margin = isHigher ? -first.margin : first.margin;
  const edge = x.at(margin);
  const far = isHigher ? right : left;
  const [worse, better] = isHigher ? [left, right] : [right, left];
  const small = {colour: "muted", size: 11} as const;
  const [outwards, inwards] = isHigher ? (["start", "end"] as const) : (["end", "start"] as const);
  return [
    area(
      look,
      [
        [edge, top - 6],
        [far, top - 6],
        [far, bottom],
        [edge, bottom],
      ],
      "good",
      0.07,
    ),
    ticksBelow(look, x, bottom, null),
    line(look, [left, bottom], [right, bottom], {colour: "rule"}),
    line(look, [x.at(0), top - 6], [x.at(0), bottom], {colour: "muted"}),
    line(look, [edge, top - 6], [edge, bottom], {colour: "muted", dash: "4 3"}),
    words(look, [edge, top - 12], `margin ${differenceText(margin)}`, {anchor: "middle", ...small}),
    words(look, [worse, bottom + 37], isHigher ? "\u2190 baseline better" : "baseline better \u2192", {
      anchor: outwards,
      ...small,
    }),
    words(look, [better, bottom + 37], isHigher ? "network better \u2192" : "\u2190 network better", {
      anchor: inwards,
      ...small,
    }),
  ];
}

function named(look: Look, {left, right, whyNot}: Layout, comparison: MethodComparison, y: number): Shape {
  const verdict = comparisonVerdict(comparison);
  const lost = whyNot(comparison);
  const told = lost === null ? intervalText(comparison) : `no comparison: ${lost}`;
  const most = look.isNarrow ? look.width - 36 - (lost === null ? textWidth(told) : LEAST_REASON) : left - 28;
  const baseline = shortText(comparison.baseline, most);
  const end = {anchor: "end", colour: COLOURS[verdict]} as const;
  if (look.isNarrow) {
    const shown = lost === null ? told : shortText(told, look.width - 28 - textWidth(baseline));
    return [
      words(look, [14, y - 14], baseline, {hasHalo: true}),
      words(look, [look.width - 14, y - 14], shown, {anchor: "end", size: 11, hasHalo: true}),
    ];
  }
  const name = words(look, [14, y + 4], baseline);
  const last: Place = [look.width - 4, y + 4];
  if (lost !== null) return [name, words(look, last, told, {...end, hasHalo: true})];
  return [name, words(look, [right + 20, y + 4], told), words(look, last, verdict, {...end, isBold: true})];
}

function drawRow(look: Look, forest: Layout, comparison: MethodComparison, middle: number): Shape {
  const {x} = forest;
  const y = middle + (look.isNarrow ? 11 : 0);
  const {low, high, difference} = comparison;
  const name = named(look, forest, comparison, y);
  if (low === null || high === null || difference === null) return name;
  const style = {colour: COLOURS[comparisonVerdict(comparison)], width: 2};
  const at = x.at(difference);
  return [
    name,
    line(look, [x.at(low), y], [x.at(high), y], style),
    [low, high].map((end) => line(look, [x.at(end), y - 4], [x.at(end), y + 4], style)),
    area(
      look,
      [
        [at - 4.5, y],
        [at, y - 4.5],
        [at + 4.5, y],
        [at, y + 4.5],
      ],
      style.colour,
      1,
    ),
  ];
}

function drawEntry(look: Look, forest: Layout, {heading, row, y}: Entry): Shape {
  if (row !== null) return drawRow(look, forest, row, y);
  return heading === null ? null : words(look, [14, y + 8], heading, {isBold: true, hasHalo: true});
}

/**
 * Draws differences of the network from each baseline, all by one metric, with the margin; null if no row has
 * one.
 */
export function forestChart(look: Look, forest: Forest): PageMarkup | null {
  const {rows, caption} = forest;
  const [first] = rows;
  if (first === undefined || rows.every(({difference}) => difference === null)) return null;
  const layout = layoutOf(look, forest);
  return drawing(look, caption, layout.bottom + 48, [
    ground(look, layout, first),
    layout.entries.map((entry) => drawEntry(look, layout, entry)),
  ]);
}
