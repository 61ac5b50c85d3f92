import type {Random} from "../../core/index.ts";

/**
 * Draws `count` different numbers of 0 .. `total` - 1, ascending; every such set is equally likely. Returns
 * all of them if there are no more than `count`.
 * @see Bentley and Floyd (1987), A sample of brilliance, Communications of the ACM 30 (9)
 */
export function sampleRows(random: Random, total: number, count: number): Uint32Array {
  if (total <= count) return Uint32Array.from({length: total}, (_, row) => row);
  const taken = new Set<number>();
  for (let last = total - count; last < total; last++) {
    const drawn = random.below(last + 1);
    taken.add(taken.has(drawn) ? last : drawn);
  }
  return Uint32Array.from(taken).sort();
}
