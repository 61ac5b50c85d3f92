import {isLogarithmic, lineChart} from "../drawing/index.ts";
import {
  METRIC_FACTS,
  mainMetric,
  pointCell,
  type StudyResults,
  sweptKeys,
  valueText,
} from "../study/index.ts";
import type {Markup} from "./charts/markup.ts";
import {methodLines} from "./charts/method-lines.ts";
import type {Picture} from "./charts/picture.ts";
import {rowChart} from "./charts/row-chart.ts";
import {condensed} from "./condensed.ts";
import {
  atPoint,
  boundsOf,
  type CellSummary,
  cellSummary,
  mainTest,
  methodsInOrder,
  pointsOf,
} from "./result-groups.ts";
import {scrollingTable} from "./table.ts";
import {meanText} from "./tables.ts";
import {countOf, listText} from "./words.ts";

/** Largest number of rows in a picture. With more it is taller than a page. The table shows all rows. */
const MOST_ROWS = 40;

/**
 * The methods' figures on the first group of patients by the first metric, at each point; null if there is
 * none.
 */
function summaries(study: StudyResults): ReadonlyMap<string, readonly (CellSummary | null)[]> {
  const metric = mainMetric(study);
  const test = mainTest(study.results);
  const points = pointsOf(study).map((point) => atPoint(study, point).results);
  const of = (method: string) => points.map((rows) => cellSummary(rows, {method, test, metric}));
  return new Map(methodsInOrder(study.results).map((method) => [method, of(method)]));
}

/** The swept values as numbers, if one key is swept and all of its values are numbers; otherwise null. */
function numbersOf(study: StudyResults): readonly number[] | null {
  const [key, ...more] = sweptKeys(study.results);
  if (key === undefined || more.length > 0) return null;
  const values = pointsOf(study).map((point) => point[key]);
  return values.every((value) => typeof value === "number") ? values : null;
}

/** Describes the points, without the swept keys. */
function namesOf(study: StudyResults): readonly string[] {
  const keys = sweptKeys(study.results);
  return pointsOf(study).map((point) => keys.map((key) => valueText(point[key])).join(" \u00b7 "));
}

function sweepData(study: StudyResults, cells: ReturnType<typeof summaries>): Picture["data"] {
  const keys = sweptKeys(study.results);
  const points = pointsOf(study);
  return {
    header: [...keys, "method", "mean", "low", "high", "n", "seeds", "of_each_seed"],
    rows: [...cells].flatMap(([method, own]) =>
      own.flatMap((cell, place) => {
        if (cell === null) return [];
        const {summary, values, n} = cell;
        const figures = [summary?.mean ?? null, summary?.low ?? null, summary?.high ?? null];
        const swept = keys.map((key) => pointCell(points[place]?.[key]));
        return [[...swept, method, ...figures, Math.max(...n), values.length, values.join(" ")]];
      }),
    ),
  };
}

/**
 * Draws the first metric along the sweep: over an axis of numbers if one key has numbers, otherwise with a
 * row for each point. Single seeds are dots, so every drawn value exists.
 */
export function sweepPicture(whole: StudyResults): Picture {
  const study = condensed(whole);
  const keys = listText(sweptKeys(study.results));
  const points = pointsOf(study);
  const {label, range} = METRIC_FACTS[mainMetric(study)];
  const bounds = boundsOf(range);
  const test = mainTest(study.results);
  const cells = summaries(study);
  const numbers = numbersOf(study);
  const axis = numbers !== null && isLogarithmic(numbers) ? " on a logarithmic axis" : "";
  const caption = {
    id: "sweep",
    title: `${label} on ${test} along ${keys}`,
    description: `At ${countOf(points.length, "point")}${axis}; ${study.seeds.length === 1 ? "of one seed" : `filled dots are means over ${study.seeds.length} seeds, hollow ones the seeds`}.`,
  };
  const draw: Picture["draw"] = (look) => {
    if (points.length < 2) return null;
    if (numbers === null) {
      if (points.length > MOST_ROWS) return null;
      return rowChart(look, {caption, names: namesOf(study), cells, xLabel: `${label} on ${test}`, bounds});
    }
    const series = [...cells].map(([method, own]) => ({
      method,
      points: own
        .flatMap((cell, place) => {
          const mean = cell?.summary?.mean;
          const x = numbers[place];
          if (cell === null || mean === undefined || x === undefined) return [];
          return [{x, y: mean, low: null, high: null, seeds: cell.values}];
        })
        .sort((a, b) => a.x - b.x),
    }));
    const yTitle = {label: `${label} on ${test}`, note: ""};
    const axes = {xLabel: keys, xKind: "values", yTitle, yKind: "linear", bounds} as const;
    return lineChart(look, {caption, series: methodLines(series), ...axes});
  };
  return {caption, data: sweepData(study, cells), draw};
}

/** The first metric at every point of the sweep, a row each, with mean and deviation over seeds. */
export function sweepTable(whole: StudyResults): Markup {
  const study = condensed(whole);
  const keys = sweptKeys(study.results);
  const cells = [...summaries(study)];
  const rows = pointsOf(study).map((point, place) => [
    ...keys.map((key) => valueText(point[key])),
    ...cells.map(([, own]) => meanText(own[place] ?? null)),
  ]);
  const n = [...new Set(cells.flatMap(([, own]) => own.flatMap((cell) => cell?.n ?? [])))];
  const caption = `${METRIC_FACTS[mainMetric(study)].label} on ${mainTest(study.results)} (n = ${listText(n.map(String))}), ${study.seeds.length === 1 ? "one seed" : `mean \u00b1 SD over ${study.seeds.length} seeds`}`;
  return scrollingTable(
    caption,
    [
      ...keys.map((key) => ({head: key, isText: true})),
      ...cells.map(([method]) => ({head: method, isNumber: true})),
    ],
    rows,
  );
}
