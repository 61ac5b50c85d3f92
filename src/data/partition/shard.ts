import {at, permutation, type Random} from "../../core/index.ts";
import {shuffledByClass} from "./classes.ts";
import {cutEvenly} from "./cut.ts";
import type {ShardDeal} from "./partition-spec.ts";

/**
 * Sorts the rows by class, cuts them into shards of equal size (within one row) and deals the shards at
 * random: a node then has few classes.
 * @see McMahan et al. (2017), Communication-efficient learning of deep networks from decentralized data,
 *   section 3
 */
export function dealShards(spec: ShardDeal, labels: Uint8Array, random: Random): number[][] {
  const {nodes, shardsPerNode} = spec;
  const shards = cutEvenly(shuffledByClass(labels, random).flat(), nodes * shardsPerNode);
  const order = [...permutation(random, shards.length)];
  return Array.from({length: nodes}, (_, node) =>
    order.slice(node * shardsPerNode, (node + 1) * shardsPerNode).flatMap((shard) => at(shards, shard)),
  );
}
