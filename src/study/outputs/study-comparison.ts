import {at, present} from "../../core/index.ts";
import {meanOverSeeds} from "../../evaluation/index.ts";
import type {ResultRow, StudyResults} from "../results.ts";
import {METRIC_FACTS} from "./metric-facts.ts";
import {type Point, pointKey} from "./point-columns.ts";
import {unfinishedOf, unfinishedText} from "./unfinished.ts";

/** A method on a group of test patients in two studies; plain JSON. */
export interface ComparedFigure {
  readonly point: Point;
  readonly method: string;
  readonly test: string;
  readonly metric: ResultRow["metric"];
  /** Seeds at which both studies have the figure. */
  readonly seeds: readonly number[];
  /** Means over those seeds. */
  readonly first: number;
  readonly second: number;
  /** Mean of the second minus the first, seed by seed. */
  readonly difference: number;
  /**
   * 95 % t-interval of that mean, within the range of possible differences; null for fewer than three seeds.
   */
  readonly low: number | null;
  readonly high: number | null;
}

/** A setting that differs between two studies; undefined if one of them lacks it. */
export interface DifferentSetting {
  readonly key: string;
  readonly first: unknown;
  readonly second: unknown;
}

/** The differences between two studies; plain JSON. */
export interface StudyComparison {
  readonly figures: readonly ComparedFigure[];
  /** Figures that only one of them has, or not at the same seed, as `method, test, metric`. */
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
  /** Descriptions of the methods that diverged or stalled, and so have no figure at their seed. */
  readonly unfinishedFirst: readonly string[];
  readonly unfinishedSecond: readonly string[];
  /** Tells whether all final states at the same point and seed are equal bit by bit; unknown without any. */
  readonly states: "agrees" | "differs" | "unknown";
  /** The number of them that are equal, and their total. */
  readonly equalStates: number;
  readonly commonStates: number;
}

type Key = Pick<ResultRow, "point" | "method" | "test" | "metric">;

const keyOf = ({point, method, test, metric}: Key): string =>
  JSON.stringify([pointKey(point), method, test, metric]);

/** Groups figures by point, method, test and metric, then by seed. Undefined figures are left out. */
function bySeed(
  rows: readonly ResultRow[],
): ReadonlyMap<string, {row: ResultRow; values: Map<number, number>}> {
  const groups = new Map<string, {row: ResultRow; values: Map<number, number>}>();
  for (const row of rows) {
    if (row.value === null) continue;
    const key = keyOf(row);
    const group = groups.get(key) ?? {row, values: new Map<number, number>()};
    group.values.set(row.seed, row.value);
    groups.set(key, group);
  }
  return groups;
}

function compareGroup(
  {point, method, test, metric}: ResultRow,
  ours: ReadonlyMap<number, number>,
  theirs: ReadonlyMap<number, number> | undefined,
): ComparedFigure | null {
  const seeds = [...ours.keys()].filter((seed) => theirs?.has(seed) === true).sort((a, b) => a - b);
  const valuesOf = (values: typeof theirs): number[] =>
    seeds.map((seed) => present(values?.get(seed), `seed ${seed}`));
  const [before, after] = [valuesOf(ours), valuesOf(theirs)];
  const first = meanOverSeeds(before, "any");
  const second = meanOverSeeds(after, "any");
  const changes = after.map((value, place) => value - at(before, place));
  const change = meanOverSeeds(changes, "any");
  if (first === null || second === null || change === null) return null;
  const {mean: difference} = change;
  const largest = METRIC_FACTS[metric].range === "unit" ? 1 : Number.POSITIVE_INFINITY;
  const within = (limit: number | null): number | null =>
    limit === null ? null : Math.min(largest, Math.max(-largest, limit));
  const [low, high] = [within(change.low), within(change.high)];
  return {point, method, test, metric, seeds, first: first.mean, second: second.mean, difference, low, high};
}

/**
 * Compares the second study with the first: figures paired by seed, in the first one's order, and final
 * states.
 */
export function compareStudies(first: StudyResults, second: StudyResults): StudyComparison {
  const [ours, theirs] = [bySeed(first.results), bySeed(second.results)];
  const figures: ComparedFigure[] = [];
  const onlyFirst: string[] = [];
  const name = ({method, test, metric}: Key): string => `${method}, ${test}, ${metric}`;
  const common = new Set<string>();
  for (const [key, {row, values}] of ours) {
    const figure = compareGroup(row, values, theirs.get(key)?.values);
    if (figure === null) onlyFirst.push(name(row));
    else {
      figures.push(figure);
      common.add(key);
    }
  }
  const onlySecond = [...theirs].flatMap(([key, {row}]) => (common.has(key) ? [] : [name(row)]));
  const unfinished = ({results}: StudyResults): string[] => unfinishedOf(results).map(unfinishedText);
  const states = compareStates(first.states, second.states);
  return {
    figures,
    onlyFirst,
    onlySecond,
    unfinishedFirst: unfinished(first),
    unfinishedSecond: unfinished(second),
    ...states,
  };
}

function compareStates(
  first: StudyResults["states"],
  second: StudyResults["states"],
): Pick<StudyComparison, "states" | "equalStates" | "commonStates"> {
  const key = ({point, seed}: (typeof first)[number]): string => `${seed} ${pointKey(point)}`;
  const hashes = new Map(first.map((state) => [key(state), state.sha256]));
  const common = second.filter((state) => hashes.has(key(state)));
  const equal = common.filter((state) => hashes.get(key(state)) === state.sha256);
  const verdict = equal.length === common.length ? "agrees" : "differs";
  return {
    states: common.length === 0 ? "unknown" : verdict,
    equalStates: equal.length,
    commonStates: common.length,
  };
}

/** Lists the settings of two resolved experiments that differ, by dotted keys in the first one's order. */
export function settingDifferences(first: unknown, second: unknown, key = ""): readonly DifferentSetting[] {
  if (isRecord(first) && isRecord(second)) {
    const keys = new Set([...Object.keys(first), ...Object.keys(second)]);
    return [...keys].flatMap((part) =>
      settingDifferences(first[part], second[part], key === "" ? part : `${key}.${part}`),
    );
  }
  return JSON.stringify(first) === JSON.stringify(second) ? [] : [{key, first, second}];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
