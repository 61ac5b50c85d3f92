import type {StudyResults} from "../../../src/study/results.ts";

const LONG_GRAPH = "D-PSGD one-peer-exponential";

/** The study with a network that diverges at the first seeds. */
export function withDivergence(study: StudyResults, count: number): StudyResults {
  const lost = new Set(study.seeds.slice(0, count));
  const none = {value: null, low: null, high: null, status: "diverged", divergedAt: 1} as const;
  return {
    ...study,
    results: study.results.map((row) =>
      row.method === "Gossip" && lost.has(row.seed) ? {...row, ...none} : row,
    ),
    rounds: study.rounds.filter(({method, seed}) => method !== "Gossip" || !lost.has(seed)),
    comparisons: study.comparisons.map((row) => ({
      ...row,
      difference: null,
      low: null,
      high: null,
      p: null,
      pHolm: null,
      outcome: "no-comparison" as const,
      seeds: row.seeds - lost.size,
      isNonInferior: false,
      divergedSeeds: lost.size,
    })),
  };
}

/** A sweep that has the points. */
export function sweepOf(
  points: readonly Readonly<Record<string, unknown>>[],
): Readonly<Record<string, unknown[]>> {
  const keys = [...new Set(points.flatMap((point) => Object.keys(point)))];
  return Object.fromEntries(
    keys.map((key) => [
      key,
      [...new Set(points.map((point) => JSON.stringify(point[key])))].map((text) => JSON.parse(text)),
    ]),
  );
}

/** The study with another graph of decentralised SGD, of the longest name there is. */
export function withLongGraph(study: StudyResults): StudyResults {
  const named = <Row extends {readonly method: string}>(rows: readonly Row[]): Row[] =>
    rows.map((row) => (row.method === "D-PSGD ring" ? {...row, method: LONG_GRAPH} : row));
  return {
    ...study,
    results: named(study.results),
    rounds: named(study.rounds),
    work: named(study.work),
    targets: named(study.targets),
    comparisons: study.comparisons.map((row) =>
      row.baseline === "D-PSGD ring" ? {...row, baseline: LONG_GRAPH} : row,
    ),
  };
}
