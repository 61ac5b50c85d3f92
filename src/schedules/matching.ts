import {cliques, type Phase} from "./phase.ts";

/**
 * Pairs the neighbours in a random `order` of all nodes: a perfect matching, or one node alone if their
 * number is odd.
 */
export function matching(order: Uint32Array): Phase {
  const pairs = Array.from({length: Math.floor(order.length / 2)}, (_, index) => [
    ...order.subarray(2 * index, 2 * index + 2),
  ]);
  return cliques(order.length, pairs);
}
