import type {ResultRow} from "../study/results.ts";
import {type Point, pointKey, pointText} from "./point-columns.ts";

/** A method of one trial whose training came to values that are no numbers. */
export interface Divergence {
  readonly point: Point;
  readonly seed: number;
  readonly method: string;
  /** From 0; null of methods that have no rounds. */
  readonly round: number | null;
}

/** What diverged, each trial's methods once, in the order of the rows. */
export function divergencesOf(rows: readonly ResultRow[]): readonly Divergence[] {
  const found = new Map<string, Divergence>();
  for (const {point, seed, method, status, divergedAt} of rows) {
    if (status !== "diverged") continue;
    found.set(JSON.stringify([pointKey(point), seed, method]), {point, seed, method, round: divergedAt});
  }
  return [...found.values()];
}

/** A divergence in words, such as `Gossip (seed 43, round 12)`. */
export function divergenceText({point, seed, method, round}: Divergence): string {
  const swept = pointText(point);
  const where = [`seed ${seed}`, ...(round === null ? [] : [`round ${round}`]), ...(swept ? [swept] : [])];
  return `${method} (${where.join(", ")})`;
}
