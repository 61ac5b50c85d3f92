import type {StatusResponse} from "../../answers/status-answer.ts";
import type {Curves, IntervalPoint, Point} from "./curves.ts";
import {type LineChart, lineChart} from "./line-chart.ts";
import {element, type Markup} from "./markup.ts";
import {moreTable, note, panel} from "./parts.ts";
import {count, figure, smallFigure, UNKNOWN} from "./words.ts";

/** The table beside a chart holds its newest rounds. */
const SHOWN_ROUNDS = 20;
/** A run has at most so many rounds before those of training. */
const STATISTICS_ROUNDS = 2;

interface CurvePanel {
  readonly id: string;
  readonly title: string;
  /** The newest figure. */
  readonly newest: string;
  readonly about: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly chart: Pick<LineChart, "points" | "scale" | "bounds">;
}

function curvePanel({id, title, newest, about, heads, rows, chart}: CurvePanel): Markup {
  const {points} = chart;
  const [first] = points;
  const description =
    first === undefined
      ? "Nothing to draw yet."
      : `Rounds ${first.round + 1} to ${(points.at(-1)?.round ?? 0) + 1}; the newest: ${newest}.`;
  const caption = `${title}, the newest ${SHOWN_ROUNDS} rounds`;
  return panel(
    id,
    title,
    element("p", {class: newest === UNKNOWN ? "newest unknown" : "newest"}, newest),
    lineChart({id: `${id}-chart`, title, description, ...chart}),
    note(about),
    ...moreTable("As a table", {caption, heads, rows: rows.toReversed()}),
  );
}

const roundName = ({round}: Point): string => String(round + 1);

function intervalText({value, low, high}: Pick<IntervalPoint, "value" | "low" | "high">): string {
  return value === null ? UNKNOWN : `${figure(value)} [${figure(low)}, ${figure(high)}]`;
}

/** Validation AUROC with its interval. */
export function aurocView({auroc}: Curves): Markup {
  const last = auroc.at(-1);
  const of = last === undefined ? "" : `, n ${count(last.n)}`;
  return curvePanel({
    id: "auroc",
    title: "Validation AUROC",
    newest: last === undefined ? UNKNOWN : intervalText(last),
    about: `On this site's validation patients${of}; the band is the 95\u00a0% interval.`,
    heads: ["Round", "AUROC [95 % interval]#", "n#"],
    rows: auroc.slice(-SHOWN_ROUNDS).map((point) => [roundName(point), intervalText(point), count(point.n)]),
    chart: {
      points: auroc.map((point) => (point.value === null ? {round: point.round, value: null} : point)),
      scale: "linear",
      bounds: {low: 0, high: 1},
    },
  });
}

/** Loss of the local training. */
export function lossView({loss}: Curves, {node}: StatusResponse): Markup {
  return curvePanel({
    id: "loss",
    title: "Training loss",
    newest: figure(node.loss),
    about: "Mean over this site's last local steps of a round.",
    heads: ["Round", "Loss#"],
    rows: loss.slice(-SHOWN_ROUNDS).map((point) => [roundName(point), figure(point.value)]),
    chart: {points: loss, scale: "linear"},
  });
}

/** How far the site's own model was from the agreed one. */
export function distanceView({distance}: Curves, {node}: StatusResponse): Markup {
  return curvePanel({
    id: "distance",
    title: "Consensus distance",
    newest: smallFigure(node.consensusDistance),
    about: "|own − agreed| / |agreed|, on a logarithmic axis.",
    heads: ["Round", "Distance#"],
    rows: distance.slice(-SHOWN_ROUNDS).map((point) => [roundName(point), smallFigure(point.value)]),
    chart: {points: distance, scale: "log"},
  });
}

/** From which round on there are figures, where that is not the first of training: the node holds 1,000 events. */
export function historyNote({loss, auroc, distance}: Curves, {node}: StatusResponse): string {
  const known = [loss, auroc, distance].flatMap((points) => points.find(({value}) => value !== null) ?? []);
  const first = known.reduce((least, {round}) => Math.min(least, round), Infinity);
  if (first <= STATISTICS_ROUNDS || first >= node.round) return "";
  return `The curves begin at round ${first + 1}: the node no longer tells of earlier rounds.`;
}
