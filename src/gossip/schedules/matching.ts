import {permutation, type Random} from "../../core/index.ts";
import {cliques, type Phase} from "./phase.ts";

/** A random perfect matching of `n` nodes; with an odd number one has no partner. */
export function randomMatching(n: number, random: Random): Phase {
  const order = [...permutation(random, n)];
  const pairs = Array.from({length: Math.floor(n / 2)}, (_, index) => order.slice(2 * index, 2 * index + 2));
  return cliques(n, pairs);
}
