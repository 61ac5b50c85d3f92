import {METRIC_FACTS} from "../outputs/metric-facts.ts";
import {pointCell, pointText, sweptKeys} from "../outputs/point-columns.ts";
import type {StudyResults} from "../study/results.ts";
import {lineChart} from "./line-chart.ts";
import {html, type Markup} from "./markup.ts";
import {mainMetric, type Picture} from "./pictures.ts";
import {atPoint, type CellSummary, mainTest, methodsOf, pointsOf, summaryOf} from "./result-groups.ts";
import {table} from "./table.ts";
import {countOf, figureText} from "./words.ts";

/** With more points their names do not fit under an axis. */
const MOST_POINTS = 12;

/** A method's figures on the first group of patients by the first metric, at each point; null where it has none. */
function summaries(study: StudyResults, method: string): readonly (CellSummary | null)[] {
  const metric = mainMetric(study);
  const test = mainTest(study.results);
  return pointsOf(study).map((point) => summaryOf(atPoint(study, point).results, {method, test, metric}));
}

/** The first metric along the one key that is swept; draws nothing where several keys are. */
export function sweepPicture(study: StudyResults): Picture {
  const keys = sweptKeys(study.results);
  const points = pointsOf(study);
  const {label} = METRIC_FACTS[mainMetric(study)];
  const [key = ""] = keys;
  const caption = {
    id: "sweep",
    title: `${label} on ${mainTest(study.results)} along ${key}`,
    description: `Means over ${countOf(study.seeds.length, "seed")} with 95 % t-intervals as bands, at ${countOf(points.length, "value")} of ${key}.`,
  };
  const series = methodsOf(study.results).map((method) => ({
    method,
    points: summaries(study, method).flatMap((cell, x) => {
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

/** The first metric at every point of the sweep, mean and deviation over seeds. */
export function sweepTable(study: StudyResults): Markup {
  const points = pointsOf(study);
  const methods = methodsOf(study.results);
  const columns = methods.map((method) => summaries(study, method));
  const rows = points.map((point, place) => [
    pointText(point),
    ...columns.map((cells) => {
      const {mean = null, sd = null} = cells[place]?.summary ?? {};
      return html`${figureText(mean)}${sd === null ? null : html` <span class="pm">± ${figureText(sd)}</span>`}`;
    }),
  ]);
  const caption = `${METRIC_FACTS[mainMetric(study)].label} on ${mainTest(study.results)} at each point, mean ± SD over seeds`;
  return table(caption, [{head: "Point"}, ...methods.map((head) => ({head, isNumber: true}))], rows);
}
