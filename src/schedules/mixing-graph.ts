import {permutation, type Random} from "../core/index.ts";
import {
  completeEdges,
  type Edge,
  exponentialGraph,
  metropolis,
  onePeerExponentialGraph,
  ringEdges,
  torusEdges,
} from "./graphs.ts";
import {matching} from "./matching.ts";
import type {Phase} from "./phase.ts";

/**
 * A graph of fixed edges. Its weights are Metropolis-Hastings', except the exponential graph's, which are all
 * equal.
 */
export type FixedGraph = "ring" | "torus" | "exponential" | "complete" | {readonly edges: readonly Edge[]};

/** The nodes that mix, one phase a round: a fixed graph, or one that changes from round to round. */
export type MixingGraph = FixedGraph | "one-peer-exponential" | "random-matchings";

/** The phase of a fixed graph of `n` nodes, each in its place. */
export function fixedGraph(graph: FixedGraph, n: number): Phase {
  switch (graph) {
    case "ring":
      return metropolis(n, ringEdges(n));
    case "torus":
      return metropolis(n, torusEdges(n));
    case "complete":
      return metropolis(n, completeEdges(n));
    case "exponential":
      return exponentialGraph(n);
    default:
      return metropolis(
        n,
        graph.edges.filter(([a, b]) => a < n && b < n),
      );
  }
}

/**
 * The phase of each round, from 0, among `n` nodes, at least one; each is doubly stochastic.
 * @param randomOf the draws of a round, from which random matchings are taken
 */
export function mixingGraph(
  graph: MixingGraph,
  n: number,
  randomOf: (round: number) => Random,
): (round: number) => Phase {
  if (graph === "random-matchings") return (round) => matching(permutation(randomOf(round), n));
  if (graph === "one-peer-exponential") return (round) => onePeerExponentialGraph(n, round);
  const phase = fixedGraph(graph, n);
  return () => phase;
}
