import {type Random, unreachable} from "../../core/index.ts";
import {dealDirichlet} from "./dirichlet.ts";
import type {PartitionSpec} from "./partition-spec.ts";
import {dealPathologically} from "./pathological.ts";
import {refuseDeal} from "./refuse-deal.ts";
import {dealShards} from "./shard.ts";
import {dealBySize} from "./sizes.ts";
import {topUp} from "./top-up.ts";

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
