import {meanOverSeeds} from "../../evaluation/index.ts";
import type {ResultRow, StudyResults} from "../study/results.ts";
import {divergencesOf, divergenceText} from "./divergences.ts";
import {type Point, pointKey} from "./point-columns.ts";

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
  /** Mean of the second less the first, seed by seed. */
  readonly difference: number;
  /** 95 % t-interval of that mean; null with one seed. */
  readonly low: number | null;
  readonly high: number | null;
}

/** A setting that two studies have differently; undefined where one has none. */
export interface DifferentSetting {
  readonly key: string;
  readonly first: unknown;
  readonly second: unknown;
}

/** How two studies differ; plain JSON. */
export interface StudyComparison {
  readonly figures: readonly ComparedFigure[];
  /** Figures that only one of them has, or not at the same seed, as `method, test, metric`. */
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
  /** What diverged, and so has no figure at its seed, in words. */
  readonly divergedFirst: readonly string[];
  readonly divergedSecond: readonly string[];
  /** Final states at the same point and seed: how many are bit by bit equal, of how many. */
  readonly equalStates: number;
  readonly commonStates: number;
}

type Key = Pick<ResultRow, "point" | "method" | "test" | "metric">;

const keyOf = ({point, method, test, metric}: Key): string =>
  JSON.stringify([pointKey(point), method, test, metric]);

/** Figures by what they are of, then by seed; undefined ones are left out. */
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
  const [before, after] = [ours, theirs].map((values) => seeds.map((seed) => values?.get(seed) ?? 0));
  const first = meanOverSeeds(before ?? []);
  const second = meanOverSeeds(after ?? []);
  const change = meanOverSeeds(seeds.map((_, place) => (after?.[place] ?? 0) - (before?.[place] ?? 0)));
  if (first === null || second === null || change === null) return null;
  const {mean: difference, low, high} = change;
  return {point, method, test, metric, seeds, first: first.mean, second: second.mean, difference, low, high};
}

/** The second study held against the first: figures paired by seed, in the first one's order, and final states. */
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
  const [divergedFirst, divergedSecond] = [first, second].map(({results}) =>
    divergencesOf(results).map(divergenceText),
  );
  const states = compareStates(first.states, second.states);
  return {
    figures,
    onlyFirst,
    onlySecond,
    divergedFirst: divergedFirst ?? [],
    divergedSecond: divergedSecond ?? [],
    ...states,
  };
}

function compareStates(
  first: StudyResults["states"],
  second: StudyResults["states"],
): Pick<StudyComparison, "equalStates" | "commonStates"> {
  const key = ({point, seed}: (typeof first)[number]): string => `${seed} ${pointKey(point)}`;
  const hashes = new Map(first.map((state) => [key(state), state.sha256]));
  const common = second.filter((state) => hashes.has(key(state)));
  const equal = common.filter((state) => hashes.get(key(state)) === state.sha256);
  return {equalStates: equal.length, commonStates: common.length};
}

/** The settings of two resolved experiments that differ, by dotted keys in the first one's order. */
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
