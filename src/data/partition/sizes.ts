import {permutation, type Random} from "../../core/index.ts";
import {cutByShares, cutEvenly} from "./cut.ts";
import type {SizeDeal} from "./partition-spec.ts";

/** The weight of node `number` of 1 .. `nodes`. */
function sizeOf(type: Exclude<SizeDeal["type"], "iid">, number: number, nodes: number): number {
  switch (type) {
    case "linear":
      return number;
    case "square":
      return number ** 2;
    case "exponential":
      // Relative to the last node's, which stays finite even with a thousand nodes.
      return Math.exp(number - nodes);
  }
}

/** Deals rows whatever their class, as many to each node as {@link SizeDeal} says: later nodes get more. */
export function dealBySize({type, nodes}: SizeDeal, labels: Uint8Array, random: Random): number[][] {
  const rows = [...permutation(random, labels.length)];
  if (type === "iid") return cutEvenly(rows, nodes);
  const sizes = Array.from({length: nodes}, (_, node) => sizeOf(type, node + 1, nodes));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return cutByShares(
    rows,
    sizes.map((size) => size / total),
  );
}
