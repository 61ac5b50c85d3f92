import {at, permutation, type Random} from "../../core/index.ts";

/** The rows of each class that occurs, by ascending class, in a random order within each class. */
export function shuffledByClass(labels: Uint8Array, random: Random): number[][] {
  const byClass = new Map<number, number[]>();
  for (const row of permutation(random, labels.length)) {
    const label = at(labels, row);
    const own = byClass.get(label);
    if (own === undefined) byClass.set(label, [row]);
    else own.push(row);
  }
  return [...byClass.entries()].sort(([a], [b]) => a - b).map(([, rows]) => rows);
}
