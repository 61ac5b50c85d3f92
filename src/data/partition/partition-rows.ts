import {at, permutation, present, type Random, unreachable} from "../../core/index.ts";
import {shuffledByClass} from "./classes.ts";
import {cutByShares, cutEvenly} from "./cut.ts";
import {dealDirichlet} from "./dirichlet.ts";
import type {PartitionSpec, ShardDeal, SizeDeal} from "./partition-spec.ts";
import {dealPathologically} from "./pathological.ts";
import {refuseDeal} from "./refuse-deal.ts";

/**
 * Gives each node below `minimum` the last rows of the largest others, one at a time, until none is below it;
 * among equally large nodes the first gives. No giving node falls below `minimum`.
 * @param nodes changed in place; together they have at least `minimum` rows per node
 */
function topUp(nodes: readonly number[][], minimum: number): void {
  const donors = nodes.toSorted((a, b) => b.length - a.length);
  const places = new Map(nodes.map((rows, place) => [rows, place]));
  const placeOf = (rows: number[]): number => present(places.get(rows), "the place of a node");
  const needy = nodes.filter((rows) => rows.length < minimum);
  let missing = needy.reduce((sum, rows) => sum + minimum - rows.length, 0);
  const given: number[] = [];
  const front: number[][] = [];
  // All nodes of one size give one row each before the next size's do, which amounts to taking from the
  // largest.
  for (let size = at(donors, 0).length, next = 0; given.length < missing; size--) {
    const before = next;
    for (; donors[next]?.length === size; next++) front.push(at(donors, next));
    if (next > before) front.sort((a, b) => placeOf(a) - placeOf(b));
    for (const rows of front.slice(0, missing - given.length)) given.push(...rows.splice(-1));
  }
  missing = 0;
  for (const rows of needy) {
    const lacking = minimum - rows.length;
    rows.push(...given.slice(missing, missing + lacking));
    missing += lacking;
  }
}

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
function dealBySize({type, nodes}: SizeDeal, labels: Uint8Array, random: Random): number[][] {
  const rows = [...permutation(random, labels.length)];
  if (type === "iid") return cutEvenly(rows, nodes);
  const sizes = Array.from({length: nodes}, (_, node) => sizeOf(type, node + 1, nodes));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return cutByShares(
    rows,
    sizes.map((size) => size / total),
  );
}

function deal(spec: PartitionSpec, labels: Uint8Array, random: Random): number[][] {
  switch (spec.type) {
    case "iid":
    case "linear":
    case "square":
    case "exponential":
      return dealBySize(spec, labels, random);
    case "dirichlet":
      return dealDirichlet(spec, labels, random);
    case "shard":
      return dealShards(spec, labels, random);
    case "pathological":
      return dealPathologically(spec, labels, random);
    default:
      return unreachable(spec);
  }
}

/**
 * Deals the rows with these `labels` to nodes, each row to exactly one. If a draw leaves a node below the
 * minimum, the largest nodes give it their last rows (Flower's partitioners draw again, and give up after ten
 * times). That would mix up the classes of shards and pathological deals, so these are refused.
 * @param labels class of each row, shape `[n]`
 * @returns the rows of each node, `nodes` lists owned by the caller
 * @throws {CodedError} DATA_PARTITION_IMPOSSIBLE
 * @see the partitioners of flwr-datasets, whose names and meanings these are
 */
export function partitionRows(
  spec: PartitionSpec,
  labels: Uint8Array,
  random: Random,
): readonly (readonly number[])[] {
  const {nodes, minimum} = spec;
  if (labels.length < nodes * minimum) {
    refuseDeal(
      spec,
      `cannot deal ${labels.length} rows to ${nodes} nodes with at least ${minimum} each`,
      "Have fewer nodes or a smaller minimum.",
    );
  }
  const dealt = deal(spec, labels, random);
  if (spec.type !== "shard" && spec.type !== "pathological") {
    topUp(dealt, minimum);
    return dealt;
  }
  const least = dealt.reduce((size, rows) => Math.min(size, rows.length), labels.length);
  if (least < minimum) {
    refuseDeal(
      spec,
      `of ${labels.length} rows at ${nodes} nodes, one node gets ${least}, below the minimum of ${minimum}`,
      "Have fewer nodes or a smaller minimum.",
    );
  }
  return dealt;
}

/**
 * Sorts the rows by class, cuts them into shards of equal size (within one row) and deals the shards at
 * random: a node then has few classes.
 * @see McMahan et al. (2017), Communication-efficient learning of deep networks from decentralized data,
 *   section 3
 */
function dealShards(spec: ShardDeal, labels: Uint8Array, random: Random): number[][] {
  const {nodes, shardsPerNode} = spec;
  const shards = cutEvenly(shuffledByClass(labels, random).flat(), nodes * shardsPerNode);
  const order = [...permutation(random, shards.length)];
  return Array.from({length: nodes}, (_, node) =>
    order.slice(node * shardsPerNode, (node + 1) * shardsPerNode).flatMap((shard) => at(shards, shard)),
  );
}
