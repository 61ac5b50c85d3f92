import type {MetricName} from "../config/index.ts";
import type {Domain} from "../drawing/index.ts";
import {type FigureRange, meanOverSeeds, type SeedSummary} from "../evaluation/index.ts";
import {
  GOSSIP,
  isExternalTest,
  METRIC_FACTS,
  POOLED_TEST,
  type Point,
  pointKey,
  type ResultRow,
  type StudyResults,
} from "../study/index.ts";
import {isLocal} from "./charts/palette.ts";

/** Identifies figures by method, test and metric. */
export interface ResultCell {
  readonly method: string;
  readonly test: string;
  readonly metric: MetricName;
}

/** A method on a group of test patients by one metric, over seeds. */
export interface CellSummary extends ResultCell {
  /** Figures of the seeds at which it is defined. */
  readonly values: readonly number[];
  /** Null if the figure is undefined at every seed. */
  readonly summary: SeedSummary | null;
  /** 95 % limits over patients: means of the seeds' limits; null if there are none. */
  readonly low: number | null;
  readonly high: number | null;
  /** Number of test patients, by seed. */
  readonly n: readonly number[];
  /** Number of seeds at which the method has no model, and so no figure. */
  readonly lostSeeds: number;
  /** The reason at those seeds: `diverged`, `stalled` or both; empty without such a seed. */
  readonly lostBy: string;
}

const cellKey = ({method, test, metric}: ResultCell): string => JSON.stringify([method, test, metric]);

/** Rows by their cells, made once for each list of rows, because a report asks for thousands of cells. */
const indices = new WeakMap<readonly ResultRow[], ReadonlyMap<string, readonly ResultRow[]>>();

function indexOf(rows: readonly ResultRow[]): ReadonlyMap<string, readonly ResultRow[]> {
  const known = indices.get(rows);
  if (known !== undefined) return known;
  const index = new Map<string, ResultRow[]>();
  for (const row of rows) {
    const key = cellKey(row);
    const own = index.get(key);
    if (own === undefined) index.set(key, [row]);
    else own.push(row);
  }
  indices.set(rows, index);
  return index;
}

/** Rows with the same metric, method and test. */
function rowsOf(rows: readonly ResultRow[], cell: ResultCell): readonly ResultRow[] {
  return indexOf(rows).get(cellKey(cell)) ?? [];
}

/**
 * The figures of all seeds at which they are defined. None if the method has no model at some seed, because a
 * mean would hide it.
 */
export function valuesOf(rows: readonly ResultRow[], cell: ResultCell): readonly number[] {
  if (rowsOf(rows, cell).some(({status}) => status !== "finished")) return [];
  return rowsOf(rows, cell).flatMap(({value}) => (value === null ? [] : [value]));
}

function meanLimit(limits: readonly (number | null)[]): number | null {
  const known = limits.filter((limit) => limit !== null);
  return known.length === 0 || known.length < limits.length
    ? null
    : known.reduce((sum, limit) => sum + limit, 0) / known.length;
}

/**
 * Describes the end of methods in rows without a model: `diverged`, `stalled`, or `diverged or stalled`;
 * empty for others.
 */
export function lostWords(rows: readonly Pick<ResultRow, "status">[]): string {
  const ways = new Set(rows.flatMap(({status}) => (status === "finished" ? [] : [status])));
  return [...ways].sort().join(" or ");
}

/** Summarises a method's result on a group of patients; null if there is no such row. */
export function cellSummary(rows: readonly ResultRow[], cell: ResultCell): CellSummary | null {
  const own = rowsOf(rows, cell);
  if (own.length === 0) return null;
  const defined = own.filter(({value}) => value !== null);
  const values = own.flatMap(({value}) => (value === null ? [] : [value]));
  return {
    ...cell,
    values,
    summary: meanOverSeeds(values, METRIC_FACTS[cell.metric].range),
    low: meanLimit(defined.map(({low}) => low)),
    high: meanLimit(defined.map(({high}) => high)),
    n: own.map(({n}) => n),
    lostSeeds: own.filter(({status}) => status !== "finished").length,
    lostBy: lostWords(own),
  };
}

/**
 * Methods in the order of reports: the network, then the baselines, then sites alone; each in order of
 * appearance.
 */
export function methodsInOrder(rows: readonly {readonly method: string}[]): readonly string[] {
  const all = [...new Set(rows.map(({method}) => method))];
  const rank = (method: string): number => (method === GOSSIP ? 0 : isLocal(method) ? 2 : 1);
  return all.sort((a, b) => rank(a) - rank(b));
}

/**
 * Groups that have test patients: all together first, then sites, then external ones; each in order of
 * appearance. If no group has any, all groups.
 */
export function testsOf(rows: readonly Pick<ResultRow, "test" | "n">[]): readonly string[] {
  const judged = rows.filter(({n}) => n > 0);
  const all = [...new Set((judged.length > 0 ? judged : rows).map(({test}) => test))];
  const rank = (test: string): number => (test === POOLED_TEST ? 0 : isExternalTest(test) ? 2 : 1);
  return all.sort((a, b) => rank(a) - rank(b));
}

/** The group by which an experiment is judged first. */
export function mainTest(rows: readonly Pick<ResultRow, "test" | "n">[]): string {
  return testsOf(rows)[0] ?? POOLED_TEST;
}

/** The points of a study's sweep in order of appearance; one empty point without a sweep. */
export function pointsOf(study: StudyResults): readonly Point[] {
  const points = new Map<string, Point>();
  for (const {point} of [...study.results, ...study.rounds]) points.set(pointKey(point), point);
  return points.size === 0 ? [{}] : [...points.values()];
}

/** Restricts a study to one point of its sweep. */
export function atPoint(study: StudyResults, point: Point): StudyResults {
  const key = pointKey(point);
  const own = <Row extends {readonly point: Point}>(rows: readonly Row[]): readonly Row[] =>
    rows.filter((row) => pointKey(row.point) === key);
  return {
    ...study,
    results: own(study.results),
    rounds: own(study.rounds),
    work: own(study.work),
    comparisons: own(study.comparisons),
    targets: own(study.targets),
    states: own(study.states),
  };
}

/** Returns the possible values of figures of a range. */
export function boundsOf(range: FigureRange): Domain {
  switch (range) {
    case "unit":
      return [0, 1];
    case "positive":
      return [0, Number.POSITIVE_INFINITY];
    case "any":
      return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  }
}
