import {METRIC_FACTS} from "../outputs/metric-facts.ts";
import type {MethodComparison} from "../study/results.ts";
import type {Look} from "./look.ts";
import {html, type Markup} from "./markup.ts";
import type {ColourName} from "./palette.ts";
import {domainOf, linearScale, type Scale} from "./scale.ts";
import {area, type Caption, drawing, line, words} from "./svg.ts";
import {type Verdict, verdictOf} from "./verdict.ts";
import {differenceText} from "./words.ts";

const COLOURS: Readonly<Record<Verdict, ColourName>> = {
  better: "good",
  "non-inferior": "good",
  "not shown": "warn",
  inferior: "bad",
};

const intervalText = ({difference, low, high}: MethodComparison): string =>
  `${differenceText(difference)} (${differenceText(low)} to ${differenceText(high)})`;

interface Forest {
  readonly x: Scale;
  readonly left: number;
  readonly right: number;
  readonly rowHeight: number;
  readonly top: number;
  readonly bottom: number;
}

function layoutOf(look: Look, rows: readonly MethodComparison[]): Forest {
  const [left, right] = look.isNarrow ? [14, look.width - 14] : [190, look.width - 290];
  const [top, rowHeight] = [46, look.isNarrow ? 52 : 30];
  const values = rows.flatMap(({low, high, margin}) => [low, high, margin, -margin, 0]);
  const x = linearScale(domainOf(values), [left, right], look.isNarrow ? 4 : 5);
  return {x, left, right, rowHeight, top, bottom: top + rows.length * rowHeight + 6};
}

function ground(look: Look, {x, left, right, top, bottom}: Forest, first: MethodComparison): Markup {
  const isHigher = METRIC_FACTS[first.metric].better === "higher";
  const edge = x.at(isHigher ? -first.margin : first.margin);
  const far = isHigher ? right : left;
  const [worse, better] = isHigher ? [left, right] : [right, left];
  return html`${area(
    look,
    [
      [edge, top - 6],
      [far, top - 6],
      [far, bottom],
      [edge, bottom],
    ],
    "good",
    0.07,
  )}${x.ticks.map((tick) => [
    line(look, [x.at(tick), bottom], [x.at(tick), bottom + 5], {colour: "rule"}),
    words(look, [x.at(tick), bottom + 19], x.label(tick), {anchor: "middle", colour: "muted"}),
  ])}${line(look, [left, bottom], [right, bottom], {colour: "rule"})}${line(look, [x.at(0), top - 6], [x.at(0), bottom], {colour: "muted"})}${line(look, [edge, top - 6], [edge, bottom], {colour: "muted", dash: "4 3"})}${words(look, [edge, top - 12], `margin ${differenceText(isHigher ? -first.margin : first.margin)}`, {anchor: "middle", colour: "muted", size: 11})}${words(look, [worse, bottom + 37], isHigher ? "\u2190 baseline better" : "baseline better \u2192", {anchor: isHigher ? "start" : "end", colour: "muted", size: 11})}${words(look, [better, bottom + 37], isHigher ? "network better \u2192" : "\u2190 network better", {anchor: isHigher ? "end" : "start", colour: "muted", size: 11})}`;
}

function row(
  look: Look,
  {x, right, rowHeight, top}: Forest,
  comparison: MethodComparison,
  place: number,
): Markup {
  const verdict = verdictOf(comparison);
  const colour = COLOURS[verdict];
  const y = top + (place + 0.5) * rowHeight + (look.isNarrow ? 14 : 0);
  const {low, high, difference, baseline, test} = comparison;
  const at = x.at(difference);
  const label = `${baseline} \u00b7 ${test}`;
  const named = look.isNarrow
    ? [
        words(look, [14, y - 14], label, {isBold: true}),
        words(look, [look.width - 14, y - 14], intervalText(comparison), {anchor: "end", size: 11}),
      ]
    : [
        words(look, [14, y - 2], baseline, {isBold: true}),
        words(look, [14, y + 11], test, {size: 11, colour: "muted"}),
        words(look, [right + 22, y + 4], intervalText(comparison)),
        words(look, [look.width - 8, y + 4], verdict, {anchor: "end", colour, isBold: true}),
      ];
  return html`${named}${line(look, [x.at(low), y], [x.at(high), y], {colour, width: 2})}${[low, high].map((end) => line(look, [x.at(end), y - 4], [x.at(end), y + 4], {colour, width: 2}))}${area(
    look,
    [
      [at - 4.5, y],
      [at, y - 4.5],
      [at + 4.5, y],
      [at, y + 4.5],
    ],
    colour,
    1,
  )}`;
}

/** Differences of the network from each baseline, all by one metric, with the margin; at least one row. */
export function forestChart(look: Look, caption: Caption, rows: readonly MethodComparison[]): Markup | null {
  const [first] = rows;
  if (first === undefined) return null;
  const layout = layoutOf(look, rows);
  return drawing(look, caption, layout.bottom + 48, [
    ground(look, layout, first),
    rows.map((comparison, place) => row(look, layout, comparison, place)),
  ]);
}
