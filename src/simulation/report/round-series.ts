import {meanOverSeeds} from "../../evaluation/index.ts";
import type {RoundRow} from "../study/results.ts";

/** A method's figure by rounds: means over seeds with 95 % limits of the mean, null where one seed alone has it. */
export interface RoundSeries {
  readonly method: string;
  readonly points: readonly {
    readonly round: number;
    readonly value: number;
    readonly low: number | null;
    readonly high: number | null;
    readonly seeds: number;
  }[];
}

/** More points than a chart has pixels for are thinned out evenly, the last one kept. */
const MOST_POINTS = 240;

function thinned<Point>(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_POINTS) return points;
  const every = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({length: MOST_POINTS}, (_, place) => points[Math.round(place * every)]).filter(
    (point) => point !== undefined,
  );
}

/** Methods by rounds, in the order in which they first appear; rows whose figure is null are left out. */
export function roundSeries(
  rows: readonly RoundRow[],
  figureOf: (row: RoundRow) => number | null,
): readonly RoundSeries[] {
  const methods = new Map<string, Map<number, number[]>>();
  for (const row of rows) {
    const value = figureOf(row);
    if (value === null) continue;
    const rounds = methods.get(row.method) ?? new Map<number, number[]>();
    methods.set(row.method, rounds);
    const values = rounds.get(row.round);
    if (values === undefined) rounds.set(row.round, [value]);
    else values.push(value);
  }
  return [...methods].map(([method, rounds]) => {
    const ordered = thinned([...rounds].sort(([a], [b]) => a - b));
    return {
      method,
      points: ordered.flatMap(([round, values]) => {
        const summary = meanOverSeeds(values);
        if (summary === null) return [];
        return [{round, value: summary.mean, low: summary.low, high: summary.high, seeds: summary.n}];
      }),
    };
  });
}
