import {at, permutation, type Random} from "../core/index.ts";
import {baseGraph} from "./base-graph.ts";
import type {Edge} from "./graphs.ts";
import {gridGraph} from "./grid.ts";
import {matching} from "./matching.ts";
import {fixedGraph} from "./mixing-graph.ts";
import {type Phase, reordered} from "./phase.ts";

/** The exchanges that make up a period of mixing, as the plan states them. */
export type ScheduleSpec =
  /** Base-(k+1): exact at its end; `peers` is k, 1 to 4. */
  | {readonly name: "base"; readonly peers: number}
  /** Cliques of a grid: exact in two phases. */
  | {readonly name: "grid"}
  /** Random pairs, drawn again in each of `steps` phases. */
  | {readonly name: "random"; readonly steps: number}
  /** The same graph `steps` times. */
  | {readonly name: "ring" | "torus" | "exponential" | "complete"; readonly steps: number}
  | {readonly name: "edges"; readonly edges: readonly Edge[]; readonly steps: number};

/**
 * The phases of one period. Each is made on request, because those of many nodes would together fill the
 * memory.
 */
export interface Period {
  readonly length: number;
  /** The phase of that index, 0 .. `length` - 1. */
  phase(index: number): Phase;
  /**
   * In a phase of random pairs, the nodes that take their plain means, partners side by side; null in any
   * other phase.
   */
  pairs(index: number): Uint32Array | null;
}

const NO_PHASES: Period = {length: 0, phase: () => ({rows: []}), pairs: () => null};

function listed(phases: readonly Phase[]): Period {
  return {...NO_PHASES, length: phases.length, phase: (index) => at(phases, index)};
}

function inOrder(spec: ScheduleSpec, n: number, random: Random): Period {
  switch (spec.name) {
    case "base":
      return listed(baseGraph(n, spec.peers));
    case "grid":
      return listed(gridGraph(n));
    case "random": {
      const orders = Array.from({length: spec.steps}, () => permutation(random, n));
      const pairs = (index: number): Uint32Array => at(orders, index);
      return {length: orders.length, phase: (index) => matching(pairs(index)), pairs};
    }
    default: {
      const graph = fixedGraph(spec.name === "edges" ? spec : spec.name, n);
      return {...NO_PHASES, length: spec.steps, phase: () => graph};
    }
  }
}

/**
 * One period among `n` nodes. The nodes' places are drawn from `random`, which changes a node's partners from
 * period to period. Edges that the plan names keep their places.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {createRandom} from "consilium/core";
 * import {schedulePeriod} from "consilium/schedules";
 *
 * const random = createRandom({seed: 42, site: "", round: 0, purpose: "schedule"});
 * const period = schedulePeriod({name: "base", peers: 1}, 6, random);
 * let values = [0, 6, 0, 0, 0, 0];
 * for (let index = 0; index < period.length; index++) {
 *   const {rows} = period.phase(index);
 *   values = rows.map((row, own) =>
 *     row.reduce((value, {node, share}) => value + share * (values[node] - values[own]), values[own]),
 *   );
 * }
 * for (const value of values) assert.ok(Math.abs(value - 1) < 1e-12);
 * ```
 */
export function schedulePeriod(spec: ScheduleSpec, n: number, random: Random): Period {
  if (n < 2) return NO_PHASES;
  const period = inOrder(spec, n, random);
  if (spec.name === "edges") return period;
  const order = permutation(random, n);
  let last: {readonly phase: Phase; readonly placed: Phase} | null = null;
  return {
    length: period.length,
    pairs: (index) => period.pairs(index)?.map((node) => at(order, node)) ?? null,
    phase(index) {
      const phase = period.phase(index);
      // A graph that is the same in every phase is placed once.
      if (last?.phase !== phase) last = {phase, placed: reordered(phase, order)};
      return last.placed;
    },
  };
}

/** All phases of {@link schedulePeriod}. */
export function schedulePhases(spec: ScheduleSpec, n: number, random: Random): Phase[] {
  const {length, phase} = schedulePeriod(spec, n, random);
  return Array.from({length}, (_, index) => phase(index));
}

/** Tells whether every node holds the exact mean at the end of a period. */
export function isExact(spec: ScheduleSpec): boolean {
  return spec.name === "base" || spec.name === "grid";
}
