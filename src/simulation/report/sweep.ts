import {METRIC_FACTS} from "../outputs/metric-facts.ts";
import {type Point, pointCell, pointText, sweptKeys} from "../outputs/point-columns.ts";
import type {StudyResults} from "../study/results.ts";
import {condensed} from "./condensed.ts";
import {lineChart} from "./line-chart.ts";
import type {Markup} from "./markup.ts";
import {mainMetric, type Picture} from "./pictures.ts";
import {atPoint, type CellSummary, mainTest, methodsOf, pointsOf, summaryOf} from "./result-groups.ts";
import {table} from "./table.ts";
import {meanText} from "./tables.ts";
import {countOf, listText} from "./words.ts";

/** With more points their names do not fit under an axis. */
const MOST_POINTS = 12;

/** The methods' figures on the first group of patients by the first metric, at each point; null where it has none. */
function summaries(study: StudyResults): ReadonlyMap<string, readonly (CellSummary | null)[]> {
  const metric = mainMetric(study);
  const test = mainTest(study.results);
  const points = pointsOf(study).map((point) => atPoint(study, point).results);
  const of = (method: string) => points.map((rows) => summaryOf(rows, {method, test, metric}));
  return new Map(methodsOf(study.results).map((method) => [method, of(method)]));
}

/** The first metric along the one key that is swept; draws nothing where several keys are. */
export function sweepPicture(whole: StudyResults): Picture {
  const study = condensed(whole);
  const keys = sweptKeys(study.results);
  const points = pointsOf(study);
  const {label} = METRIC_FACTS[mainMetric(study)];
  const [key = ""] = keys;
  const caption = {
    id: "sweep",
    title: `${label} on ${mainTest(study.results)} along ${key}`,
    description: `Means over ${countOf(study.seeds.length, "seed")} with 95 % t-intervals as bands, at ${countOf(points.length, "value")} of ${key}.`,
  };
  const series = [...summaries(study)].map(([method, cells]) => ({
    method,
    points: cells.flatMap((cell, x) => {
      const summary = cell?.summary ?? null;
      return summary === null ? [] : [{x, y: summary.mean, low: summary.low, high: summary.high}];
    }),
  }));
  const xWords = points.map((point) => String(pointCell(point[key]) ?? "none"));
  return {
    caption,
    draw: (look) =>
      keys.length !== 1 || points.length > MOST_POINTS || points.length < 2
        ? null
        : lineChart(look, {caption, series, xLabel: key, yLabel: label, yKind: "linear", xWords}),
  };
}

/** The first metric at every point of the sweep, a column each, mean and deviation over seeds. */
export function sweepTable(whole: StudyResults): Markup {
  const study = condensed(whole);
  const points = pointsOf(study);
  const keys = sweptKeys(study.results);
  const [key = ""] = keys;
  const head = (point: Point): string =>
    keys.length === 1 ? String(pointCell(point[key]) ?? "none") : pointText(point);
  const rows = [...summaries(study)].map(([method, cells]) => [method, ...cells.map(meanText)]);
  const caption = `${METRIC_FACTS[mainMetric(study)].label} on ${mainTest(study.results)} by ${listText(keys)}, mean \u00b1 SD over seeds`;
  return table(
    caption,
    [{head: "Method"}, ...points.map((point) => ({head: head(point), isNumber: true}))],
    rows,
  );
}
