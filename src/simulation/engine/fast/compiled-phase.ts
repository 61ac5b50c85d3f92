import {at} from "../../../core/index.ts";
import type {Period, Phase} from "../../../schedules/index.ts";

/** A phase in flat arrays, for loops over many nodes. */
export type CompiledPhase =
  /** Pairs that exchange only with each other, side by side, and the shares W_ab and W_ba of each. */
  {readonly kind: "pairs"; readonly pairs: Uint32Array; readonly shares: Float64Array} | CompiledGraph;

/** Any other phase: the neighbours of row i are those from `starts[i]` to `starts[i + 1]`. */
export interface CompiledGraph {
  readonly kind: "graph";
  readonly starts: Uint32Array;
  readonly nodes: Uint32Array;
  readonly shares: Float64Array;
  /** `[nodes]`, 1 if another node hears the node, which then reads its own mass as it was sent. */
  readonly isHeard: Uint8Array;
  /** Number of masses that are sent. */
  readonly transfers: number;
}

type Rows = Phase["rows"];

/** Returns the one neighbour that hears only `node` and that only `node` hears, or null. */
function partnerOf(rows: Rows, node: number): number | null {
  const [near, ...others] = at(rows, node);
  if (near === undefined || others.length > 0) return null;
  const back = at(rows, near.node);
  return back.length === 1 && back[0]?.node === node ? near.node : null;
}

function compilePairs(rows: Rows): CompiledPhase {
  const pairs: number[] = [];
  const shares: number[] = [];
  rows.forEach(([near], node) => {
    if (near === undefined || near.node < node) return;
    pairs.push(node, near.node);
    shares.push(near.share, at(at(rows, near.node), 0).share);
  });
  return {kind: "pairs", pairs: Uint32Array.from(pairs), shares: Float64Array.from(shares)};
}

/** Converts a phase into flat arrays. */
export function compilePhase({rows}: Phase): CompiledPhase {
  if (rows.every((row, node) => row.length === 0 || partnerOf(rows, node) !== null))
    return compilePairs(rows);
  const starts = new Uint32Array(rows.length + 1);
  rows.forEach((row, node) => {
    starts[node + 1] = at(starts, node) + row.length;
  });
  const near = rows.flat();
  const isHeard = new Uint8Array(rows.length);
  for (const {node} of near) isHeard[node] = 1;
  return {
    kind: "graph",
    starts,
    nodes: Uint32Array.from(near, ({node}) => node),
    shares: Float64Array.from(near, ({share}) => share),
    isHeard,
    transfers: near.length,
  };
}

/** Converts the phase of `period` at `index` into flat arrays. Random pairs are never made into rows. */
export function compiledAt(period: Period, index: number, n: number): CompiledPhase {
  const order = period.pairs(index);
  if (order === null) return compilePhase(period.phase(index));
  const even = n - (n % 2);
  return {kind: "pairs", pairs: order.subarray(0, even), shares: new Float64Array(even).fill(0.5)};
}

/** Number of masses that are sent in a phase. */
export function transfersOf(phase: CompiledPhase): number {
  return phase.kind === "pairs" ? phase.pairs.length : phase.transfers;
}
