import {at} from "../core/index.ts";
import type {Neighbour, Phase} from "./phase.ts";

/** An undirected edge between two nodes. */
export type Edge = readonly [number, number];

/**
 * The phase of a fixed graph with Metropolis-Hastings weights: W_ij = 1 / (1 + max(deg i, deg j)).
 * @param edges without loops; an edge that is named twice counts once
 * @see Xiao & Boyd, Fast linear iterations for distributed averaging, Systems & Control Letters 53, 2004,
 * section 4.2
 */
export function metropolis(n: number, edges: readonly Edge[]): Phase {
  const neighbours = Array.from({length: n}, () => new Set<number>());
  for (const [a, b] of edges) {
    if (a === b) continue;
    at(neighbours, a).add(b);
    at(neighbours, b).add(a);
  }
  const degree = (node: number): number => at(neighbours, node).size;
  const rows = neighbours.map((own, node): Neighbour[] =>
    [...own]
      .sort((a, b) => a - b)
      .map((other) => ({node: other, share: 1 / (1 + Math.max(degree(node), degree(other)))})),
  );
  return {rows};
}

const modulo = (value: number, n: number): number => ((value % n) + n) % n;
const nodesOf = (n: number): number[] => Array.from({length: n}, (_, node) => node);

/** Edges of the ring of `n` nodes. */
export function ringEdges(n: number): Edge[] {
  return nodesOf(n).map((node): Edge => [node, (node + 1) % n]);
}

/** Edges of the torus of `n` nodes that is nearest to a square. */
export function torusEdges(n: number): Edge[] {
  let height = Math.floor(Math.sqrt(n));
  while (n % height !== 0) height--;
  const width = n / height;
  return nodesOf(n).flatMap((node): Edge[] => {
    const [row, column] = [Math.floor(node / width), node % width];
    return [
      [node, row * width + ((column + 1) % width)],
      [node, ((row + 1) % height) * width + column],
    ];
  });
}

/** Edges from each node to every other. */
export function completeEdges(n: number): Edge[] {
  return nodesOf(n).flatMap((a) => nodesOf(a).map((b): Edge => [a, b]));
}

/** The hops 1, 2, 4, ... below `n` of the exponential graphs; empty for one node. */
function exponentialHops(n: number): number[] {
  return Array.from({length: Math.ceil(Math.log2(n))}, (_, power) => 2 ** power);
}

/** The phase in which node i hears i - hop for each of `hops`, each with the same share as its own. */
function hearing(n: number, hops: readonly number[]): Phase {
  const share = 1 / (1 + hops.length);
  return {rows: nodesOf(n).map((node) => hops.map((hop) => ({node: modulo(node - hop, n), share})))};
}

/**
 * The static exponential graph: node i hears i - 2^j for every j below log2(n), each with the same share.
 * Doubly stochastic, and never symmetric for n above 4.
 * @see Ying et al., Exponential graph is provably efficient for decentralized deep training, NeurIPS 2021,
 * section 3
 */
export function exponentialGraph(n: number): Phase {
  return hearing(n, exponentialHops(n));
}

/**
 * The one-peer exponential graph: in round t node i hears only i - 2^(t mod ceil(log2 n)), with a share of
 * one half. Doubly stochastic; if n is a power of 2, a period of rounds gives the exact mean.
 * @see Ying et al. 2021, section 4
 */
export function onePeerExponentialGraph(n: number, round: number): Phase {
  const hops = exponentialHops(n);
  return hearing(n, hops.length === 0 ? [] : hops.slice(round % hops.length).slice(0, 1));
}
