import type {ResultRow, RoundRow} from "../study/results.ts";
import {csvText} from "./csv-text.ts";
import {pointCell, sweptKeys} from "./point-columns.ts";

/**
 * results.csv: a line for each figure, in the order given. `Test`, `Method`, `seed` and `Metric` (the figure itself)
 * are FLamby's columns; `metric` names the figure; then patients, 95 % limits over patients, `finished` or
 * `diverged` with the round, and each swept key.
 */
export function resultsCsv(rows: readonly ResultRow[]): string {
  const keys = sweptKeys(rows);
  return csvText(
    ["Test", "Method", "seed", "Metric", "metric", "n", "low", "high", "status", "diverged_at", ...keys],
    rows.map(({test, method, seed, value, metric, n, low, high, status, divergedAt, point}) => [
      test,
      method,
      seed,
      value,
      metric,
      n,
      low,
      high,
      status,
      divergedAt,
      ...keys.map((key) => pointCell(point[key])),
    ]),
  );
}

/** rounds.csv: a line for each round of each method, in the order given; absent sites are parted by spaces. */
export function roundsCsv(rows: readonly RoundRow[]): string {
  const keys = sweptKeys(rows);
  return csvText(
    ["Method", "seed", "round", "seconds", "bytes", "consensus_distance", "value", "absent", ...keys],
    rows.map(({method, seed, round, seconds, bytes, consensusDistance, value, absent, point}) => [
      method,
      seed,
      round,
      seconds,
      bytes,
      consensusDistance,
      value,
      absent.join(" "),
      ...keys.map((key) => pointCell(point[key])),
    ]),
  );
}
