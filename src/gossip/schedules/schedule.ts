import {permutation, type Random} from "../../core/index.ts";
import {baseGraph} from "./base-graph.ts";
import {completeEdges, type Edge, exponentialGraph, metropolis, ringEdges, torusEdges} from "./graphs.ts";
import {gridGraph} from "./grid.ts";
import {randomMatching} from "./matching.ts";
import {type Phase, reordered} from "./phase.ts";

/** Which exchanges make up a period of mixing, in the plan's words. */
export type ScheduleSpec =
  /** Base-(k+1): exact at its end; `peers` is k, 1 to 4. */
  | {readonly name: "base"; readonly peers: number}
  /** Cliques of a grid: exact in two phases. */
  | {readonly name: "grid"}
  /** Random pairs, drawn anew in each of `steps` phases. */
  | {readonly name: "random"; readonly steps: number}
  /** `steps` times the same graph. */
  | {readonly name: "ring" | "torus" | "exponential" | "complete"; readonly steps: number}
  | {readonly name: "edges"; readonly edges: readonly Edge[]; readonly steps: number};

function graphOf(spec: Exclude<ScheduleSpec, {name: "base" | "grid" | "random"}>, n: number): Phase {
  switch (spec.name) {
    case "ring":
      return metropolis(n, ringEdges(n));
    case "torus":
      return metropolis(n, torusEdges(n));
    case "complete":
      return metropolis(n, completeEdges(n));
    case "edges":
      return metropolis(
        n,
        spec.edges.filter(([a, b]) => a < n && b < n),
      );
    default:
      return exponentialGraph(n);
  }
}

function inOrder(spec: ScheduleSpec, n: number, random: Random): Phase[] {
  switch (spec.name) {
    case "base":
      return baseGraph(n, spec.peers);
    case "grid":
      return gridGraph(n);
    case "random":
      return Array.from({length: spec.steps}, () => randomMatching(n, random));
    default: {
      const graph = graphOf(spec, n);
      return Array.from({length: spec.steps}, () => graph);
    }
  }
}

/**
 * The phases of one period among `n` nodes. The nodes' places are drawn from `random`, so that whom a node meets when
 * changes from period to period; edges that were named stay where they are.
 */
export function schedulePhases(spec: ScheduleSpec, n: number, random: Random): Phase[] {
  if (n < 2) return [];
  const phases = inOrder(spec, n, random);
  if (spec.name === "edges") return phases;
  const order = permutation(random, n);
  return phases.map((phase) => reordered(phase, order));
}

/** Whether every node holds the exact mean when a period has ended. */
export function isExact(spec: ScheduleSpec): boolean {
  return spec.name === "base" || spec.name === "grid";
}
