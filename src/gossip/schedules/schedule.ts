import {permutation, type Random} from "../../core/index.ts";
import {baseGraph} from "./base-graph.ts";
import {type Edge, edgeList, exponential, ring, torus} from "./graphs.ts";
import {gridPhases} from "./grid.ts";
import {randomMatching} from "./matching.ts";
import {clique, type Phase, phaseOfLinks, reorder} from "./phase.ts";

/** Which exchanges make up a period of mixing, as a plan names them. */
export type ScheduleSpec =
  /** One clique of all: exact in one phase. */
  | {readonly name: "all"}
  /** Base-(k+1) with k = `peers`, 1 .. 4: exact. */
  | {readonly name: "base"; readonly peers: number}
  /** Cliques in two phases: exact. */
  | {readonly name: "grid"}
  /** `steps` perfect matchings, each drawn anew. */
  | {readonly name: "random"; readonly steps: number}
  /** A graph used `steps` times. */
  | {readonly name: "ring" | "torus" | "exponential" | "complete"; readonly steps: number}
  /** A graph of one's own, used `steps` times; members are named by their indices, so their order stays. */
  | {readonly name: "edges"; readonly edges: readonly Edge[]; readonly steps: number};

/** The phase in which all take the mean of all. */
function complete(nodes: number): Phase {
  return phaseOfLinks(nodes, clique(Array.from({length: nodes}, (_, node) => node)));
}

function inPlace(spec: ScheduleSpec, nodes: number, random: Random): readonly Phase[] {
  const repeat = (steps: number, phase: Phase): readonly Phase[] => Array.from({length: steps}, () => phase);
  switch (spec.name) {
    case "all":
      return [complete(nodes)];
    case "base":
      return baseGraph(nodes, spec.peers);
    case "grid":
      return gridPhases(nodes);
    case "random":
      return Array.from({length: spec.steps}, () => randomMatching(nodes, random));
    case "ring":
      return repeat(spec.steps, ring(nodes));
    case "torus":
      return repeat(spec.steps, torus(nodes));
    case "exponential":
      return repeat(spec.steps, exponential(nodes));
    case "complete":
      return repeat(spec.steps, complete(nodes));
    case "edges":
      return repeat(spec.steps, edgeList(nodes, spec.edges));
  }
}

/**
 * The phases of one period among `nodes` members, whom the period's `random` puts in order first: members who hold
 * the same view and stream get the same phases, and nobody keeps the same partners for ever. No phases for one member.
 * @param nodes n >= 1
 * @throws GOSSIP_SCHEDULE_UNUSABLE if an edge list does not fit the members
 */
export function schedulePhases(spec: ScheduleSpec, nodes: number, random: Random): readonly Phase[] {
  if (nodes < 2) return [];
  const phases = inPlace(spec, nodes, random);
  if (spec.name === "edges") return phases;
  const order = permutation(random, nodes);
  return phases.map((phase) => reorder(phase, order));
}
