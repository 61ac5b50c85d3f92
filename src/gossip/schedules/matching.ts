import {permutation, type Random} from "../../core/index.ts";
import {type Phase, phaseOfLinks} from "./phase.ts";

/**
 * A perfect matching drawn uniformly: pairs that end with their mean; one of an odd number of members stays idle.
 * In expectation the squared distance to the mean falls by (n - 2) / (2 (n - 1)), n even.
 * @see Boyd et al., Randomized gossip algorithms (2006), theorem 3, for the factor as an eigenvalue of E[W]
 */
export function randomMatching(nodes: number, random: Random): Phase {
  const order = [...permutation(random, nodes)];
  const links = order.flatMap((a, position) => {
    const b = order[position + 1];
    return position % 2 === 1 || b === undefined ? [] : [{ends: [a, b] as const, share: 0.5}];
  });
  return phaseOfLinks(nodes, links);
}
