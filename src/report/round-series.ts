import {domainOf} from "../drawing/index.ts";
import {type RoundRow, type StudyResults, unfinishedOf} from "../study/index.ts";

/**
 * A method's figure by rounds: the mean over seeds, with their minimum and maximum, which are null for a
 * single seed.
 */
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

/** Results and rounds of a study. */
type Rounds = Pick<StudyResults, "results" | "rounds">;

/** If a chart has more points than this, they are thinned out evenly, and the last one is kept. */
const MOST_POINTS = 240;

function thinned<Point>(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_POINTS) return points;
  const every = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({length: MOST_POINTS}, (_, place) => points[Math.round(place * every)]).filter(
    (point) => point !== undefined,
  );
}

/** Rounds of a method at the seeds at which it has a model. */
export function modelRounds({results, rounds}: Rounds, method: string): readonly RoundRow[] {
  const ends = unfinishedOf(results).filter((end) => end.method === method);
  const lost = new Set(ends.map(({seed}) => seed));
  return rounds.filter((row) => row.method === method && !lost.has(row.seed));
}

/** Rounds of a method at the seeds at which it has a model, or at all seeds if it has none. */
export function drawnRounds(study: Rounds, method: string): readonly RoundRow[] {
  const own = modelRounds(study, method);
  return own.length > 0 ? own : study.rounds.filter((row) => row.method === method);
}

/** The last round of each seed among a method's rounds. */
export function lastRounds(rows: readonly RoundRow[]): readonly RoundRow[] {
  const ends = new Map<number, RoundRow>();
  for (const row of rows) {
    const known = ends.get(row.seed);
    if (known === undefined || row.round > known.round) ends.set(row.seed, row);
  }
  return [...ends.values()];
}

function pointsOf(
  rows: readonly RoundRow[],
  figureOf: (row: RoundRow) => number | null,
): RoundSeries["points"] {
  const seeds = new Set(rows.map(({seed}) => seed)).size;
  const rounds = new Map<number, number[]>();
  for (const row of rows) {
    const value = figureOf(row);
    if (value === null) continue;
    const values = rounds.get(row.round);
    if (values === undefined) rounds.set(row.round, [value]);
    else values.push(value);
  }
  const whole = [...rounds].filter(([, values]) => values.length === seeds).sort(([a], [b]) => a - b);
  return thinned(whole).map(([round, values]) => {
    const value = values.reduce((sum, one) => sum + one, 0) / seeds;
    const [low, high] = seeds === 1 ? [null, null] : domainOf(values);
    return {round, value, low, high, seeds};
  });
}

/**
 * Groups methods by rounds, in the order of first appearance. A mean always covers the same seeds, those of
 * {@link drawnRounds}. Rounds at which one of them has no figure are left out.
 */
export function roundSeries(
  study: Rounds,
  figureOf: (row: RoundRow) => number | null,
): readonly RoundSeries[] {
  const methods = [...new Set(study.rounds.map(({method}) => method))];
  return methods
    .map((method) => ({method, points: pointsOf(drawnRounds(study, method), figureOf)}))
    .filter(({points}) => points.length > 0);
}
