import {roundWord} from "../names.ts";
import type {Ending, ResultRow} from "../results.ts";
import {type Point, pointKey, pointText} from "./point-columns.ts";

/** A method of one trial that ended without a model. */
export interface Unfinished {
  readonly point: Point;
  readonly seed: number;
  readonly method: string;
  readonly status: Exclude<Ending["status"], "finished">;
  /** Counted from 1; null for methods that have no rounds. */
  readonly round: number | null;
}

/** Lists the methods that diverged or stalled, each once per trial, in the order of the rows. */
export function unfinishedOf(rows: readonly ResultRow[]): readonly Unfinished[] {
  const found = new Map<string, Unfinished>();
  for (const {point, seed, method, status, divergedAt, stall} of rows) {
    if (status === "finished") continue;
    const round = divergedAt ?? stall?.round ?? null;
    found.set(JSON.stringify([pointKey(point), seed, method]), {point, seed, method, status, round});
  }
  return [...found.values()];
}

/** Describes such an end, as `Gossip diverged (seed 43, round 12)`. */
export function unfinishedText({point, seed, method, status, round}: Unfinished): string {
  const swept = pointText(point);
  const where = [
    `seed ${seed}`,
    ...(round === null ? [] : [`${roundWord(method)} ${round}`]),
    ...(swept ? [swept] : []),
  ];
  return `${method} ${status} (${where.join(", ")})`;
}
