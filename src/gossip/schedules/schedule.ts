import {permutation, type Random} from "../../core/index.ts";
import {baseGraph} from "./base-graph.ts";
import type {Edge} from "./graphs.ts";
import {gridGraph} from "./grid.ts";
import {matching} from "./matching.ts";
import {fixedGraph} from "./mixing-graph.ts";
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

/** The phases of one period, each made when it is asked for: of many nodes all together would fill the memory. */
export interface Period {
  readonly length: number;
  /** The phase of that index, 0 .. `length` - 1. */
  phase(index: number): Phase;
  /** Of a phase of random pairs, who take their plain means, the places side by side; null of any other. */
  pairs(index: number): Uint32Array | null;
}

const NO_PHASES: Period = {length: 0, phase: () => ({rows: []}), pairs: () => null};

function listed(phases: readonly Phase[]): Period {
  return {...NO_PHASES, length: phases.length, phase: (index) => phases[index] ?? {rows: []}};
}

function inOrder(spec: ScheduleSpec, n: number, random: Random): Period {
  switch (spec.name) {
    case "base":
      return listed(baseGraph(n, spec.peers));
    case "grid":
      return listed(gridGraph(n));
    case "random": {
      const orders = Array.from({length: spec.steps}, () => permutation(random, n));
      const pairs = (index: number): Uint32Array => orders[index] ?? new Uint32Array();
      return {length: orders.length, phase: (index) => matching(pairs(index)), pairs};
    }
    default: {
      const graph = fixedGraph(spec.name === "edges" ? spec : spec.name, n);
      return {...NO_PHASES, length: spec.steps, phase: () => graph};
    }
  }
}

/**
 * One period among `n` nodes. The nodes' places are drawn from `random`, so that whom a node meets when changes from
 * period to period; edges that were named stay where they are.
 */
export function schedulePeriod(spec: ScheduleSpec, n: number, random: Random): Period {
  if (n < 2) return NO_PHASES;
  const period = inOrder(spec, n, random);
  if (spec.name === "edges") return period;
  const order = permutation(random, n);
  let last: {readonly phase: Phase; readonly placed: Phase} | null = null;
  return {
    length: period.length,
    pairs: (index) => period.pairs(index)?.map((node) => order[node] ?? 0) ?? null,
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

/** Whether every node holds the exact mean when a period has ended. */
export function isExact(spec: ScheduleSpec): boolean {
  return spec.name === "base" || spec.name === "grid";
}
