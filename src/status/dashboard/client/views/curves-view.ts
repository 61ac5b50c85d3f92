import {
  type ChartPoint,
  element,
  type LineChart,
  lineChart,
  type PageMarkup,
} from "../../../../drawing/index.ts";
import type {StatusResponse} from "../../../answers/status-answer.ts";
import type {Curves, RoundFigures} from "../curves.ts";
import {moreTable, note, pageLook, panel} from "../parts.ts";
import {count, NOT_YET, shownFigure, smallFigure, UNDEFINED, WITHHELD} from "../words.ts";

/** Number of newest rounds in the table beside a chart. */
const SHOWN_ROUNDS = 20;
const LOOK = pageLook(360);
const NO_BAND = {low: null, high: null};
const STYLE = {colour: "s0", width: 2, dash: "none"} as const;
/** Largest number of rounds before those of training in a run. */
const STATISTICS_ROUNDS = 2;

type Node = StatusResponse["node"];
type Validation = NonNullable<RoundFigures["validation"]>;

/** The newest figure, or the reason why there is none. */
interface Newest {
  readonly text: string;
  readonly isKnown: boolean;
  /** An explanation of the figure, or of its absence. */
  readonly about: string;
}

interface Curve {
  readonly id: string;
  readonly title: string;
  readonly newest: Newest;
  readonly heads: readonly string[];
  /** The rounds that have a figure, oldest first. */
  readonly rows: readonly (readonly string[])[];
  readonly points: readonly ChartPoint[];
  readonly chart: Pick<LineChart, "yKind" | "bounds">;
}

const isDrawn = ({points, newest}: Curve): boolean => newest.isKnown && points.some(({y}) => y !== null);

/** A panel with the newest figure, the curve and a table. @param more text that holds for all curves */
function curvePanel(curve: Curve, more: string): PageMarkup {
  const {id, title, heads, rows, points, chart} = curve;
  const {text, about} = curve.newest;
  const drawn = points.flatMap(({x, y}) => (y === null ? [] : [x]));
  const description = `Rounds ${Math.min(...drawn)} to ${Math.max(...drawn)}; the newest: ${text}.`;
  const caption = `${title}, the newest ${SHOWN_ROUNDS} rounds`;
  return panel(
    id,
    title,
    element("p", {class: "newest"}, text),
    lineChart(LOOK, {
      caption: {id, title, description},
      series: [{label: null, style: STYLE, points}],
      xLabel: "round",
      xKind: "rounds",
      yTitle: null,
      ...chart,
    }) ?? note("nothing to draw yet"),
    note(`${about} ${more}`.trim()),
    ...moreTable("As a table", {caption, heads, rows: rows.slice(-SHOWN_ROUNDS).toReversed()}),
  );
}

/** One panel for all figures that have no curve, each with the reason. */
function missingPanel(curves: readonly Curve[]): PageMarkup {
  const rows = curves.map(({title, newest: {text, about}}) =>
    element(
      "div",
      {},
      element("dt", {}, title),
      element("dd", {}, element("strong", {class: "unknown"}, text), ` ${about}`),
    ),
  );
  return panel("no-curve", "Figures without a curve", element("dl", {class: "reasons"}, ...rows));
}

const roundName = (round: number): string => String(round + 1);

function intervalText({value, low, high}: NonNullable<Validation["auroc"]>): string {
  return `${shownFigure(value)} [${shownFigure(low)}, ${shownFigure(high)}]`;
}

function newestAuroc({withheld}: Node, last: Validation | undefined): Newest {
  if (withheld.validation) {
    const about =
      "The plan withholds it: fewer than 10 of this site's validation patients are of one class. That stays so for the whole run.";
    return {text: WITHHELD, isKnown: false, about};
  }
  if (last === undefined) {
    const about = "It is computed after each round of training, on this site's validation patients.";
    return {text: NOT_YET, isKnown: false, about};
  }
  const patients = `this site's ${count(last.n)} validation patients`;
  if (last.auroc === null) {
    return {text: UNDEFINED, isKnown: false, about: `An AUROC needs two classes; ${patients} are of one.`};
  }
  return {
    text: intervalText(last.auroc),
    isKnown: true,
    about: `The agreed model on ${patients}; the band is the 95\u00a0% interval.`,
  };
}

/**
 * A note on rounds that the curves leave out: early rounds for which the node has kept nothing, and some
 * others of a long run.
 */
function historyNote({rounds}: Curves, node: Node): string {
  const [first, last] = [rounds[0], rounds.at(-1)];
  if (first === undefined || last === undefined) return "";
  const isLate = first.round > STATISTICS_ROUNDS && first.round < node.round;
  const begin = isLate
    ? `The curves begin at round ${first.round + 1}: the node has no figures of earlier rounds. `
    : "";
  const isThinned = rounds.length < last.round - first.round + 1;
  return `${begin}${isThinned ? `The curves show ${count(rounds.length)} of the ${count(last.round - first.round + 1)} rounds.` : ""}`.trim();
}

/** Validation AUROC with its interval. */
function aurocCurve({rounds}: Curves, node: Node): Curve {
  const told = rounds.flatMap(({round, validation}) => (validation === null ? [] : [{round, ...validation}]));
  return {
    id: "auroc",
    title: "Validation AUROC",
    newest: newestAuroc(node, told.at(-1)),
    heads: ["Round", "AUROC [95 % interval]#", "n#"],
    rows: told.flatMap(({round, auroc, n}) =>
      auroc === null ? [] : [[roundName(round), intervalText(auroc), count(n)]],
    ),
    points: told.map(({round, auroc}) => ({
      x: round + 1,
      y: auroc?.value ?? null,
      low: auroc?.low ?? null,
      high: auroc?.high ?? null,
    })),
    chart: {yKind: "linear", bounds: [0, 1]},
  };
}

function newestLoss(loss: number | null, {withheld}: Node): Newest {
  if (loss !== null) {
    return {
      text: shownFigure(loss),
      isKnown: true,
      about: "Mean over this site's last local steps of a round.",
    };
  }
  if (!withheld.loss) {
    return {text: NOT_YET, isKnown: false, about: "It is known once this site has trained in a round."};
  }
  const about =
    "The plan withholds it: fewer than 10 of this site's training patients are of one class. That stays so for the whole run.";
  return {text: WITHHELD, isKnown: false, about};
}

/** Loss of the local training. */
function lossCurve({rounds}: Curves, node: Node): Curve {
  return {
    id: "loss",
    title: "Training loss",
    newest: newestLoss(rounds.findLast(({loss}) => loss !== null)?.loss ?? node.loss, node),
    heads: ["Round", "Loss#"],
    rows: rounds.flatMap(({round, loss}) => (loss === null ? [] : [[roundName(round), shownFigure(loss)]])),
    points: rounds.map(({round, loss}) => ({x: round + 1, y: loss, ...NO_BAND})),
    chart: {yKind: "linear", bounds: [-Infinity, Infinity]},
  };
}

function newestDistance(distance: number | null): Newest {
  const about =
    "How far this site's own model was from the agreed one: |own − agreed| / |agreed|, on a logarithmic axis.";
  return distance === null
    ? {text: NOT_YET, isKnown: false, about: "It is known once a round that this site trained in has ended."}
    : {text: smallFigure(distance), isKnown: true, about};
}

/** Distance of the site's own model from the agreed one. */
function distanceCurve({rounds}: Curves, node: Node): Curve {
  return {
    id: "distance",
    title: "Consensus distance",
    newest: newestDistance(
      rounds.findLast(({consensusDistance: distance}) => distance !== null)?.consensusDistance ??
        node.consensusDistance,
    ),
    heads: ["Round", "Distance#"],
    rows: rounds.flatMap(({round, consensusDistance: distance}) =>
      distance === null ? [] : [[roundName(round), smallFigure(distance)]],
    ),
    points: rounds.map(({round, consensusDistance: distance}) => ({x: round + 1, y: distance, ...NO_BAND})),
    chart: {yKind: "log", bounds: [0, Infinity]},
  };
}

/**
 * The run's curves; the figures without one stand together, each with the reason. An evaluator has none: it
 * trains nothing, and keeps all of its patients for the final test.
 */
export function curveViews(curves: Curves, {node}: StatusResponse): readonly PageMarkup[] {
  if (node.role !== "trainer") return [];
  const all = [aurocCurve(curves, node), lossCurve(curves, node), distanceCurve(curves, node)];
  const others = all.filter((curve) => !isDrawn(curve));
  const more = historyNote(curves, node);
  return [
    ...all.filter(isDrawn).map((curve, place) => curvePanel(curve, place === 0 ? more : "")),
    ...(others.length === 0 ? [] : [missingPanel(others)]),
  ];
}
