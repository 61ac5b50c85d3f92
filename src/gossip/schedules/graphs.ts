import {CodedError} from "../../core/index.ts";
import type {GossipErrorCode} from "../errors.ts";
import {createPhase, type Neighbour, type Phase, phaseOfLinks} from "./phase.ts";

/** Two members that exchange, by their indices in the sorted view. */
export type Edge = readonly [number, number];

/**
 * The phase in which every edge has the Metropolis-Hastings weight 1 / (1 + the larger degree of its ends):
 * symmetric, doubly stochastic, with a share left for each member itself.
 * @see Xiao and Boyd, Fast linear iterations for distributed averaging (2004), section 4.2
 */
function metropolis(nodes: number, edges: Iterable<Edge>): Phase {
  const known = new Map<number, Edge>();
  for (const [a, b] of edges) {
    if (a !== b) known.set(Math.min(a, b) * nodes + Math.max(a, b), [a, b]);
  }
  const degrees = new Uint32Array(nodes);
  for (const end of [...known.values()].flat()) degrees[end] = (degrees[end] ?? 0) + 1;
  const links = [...known.values()].map((ends) => ({
    ends,
    share: 1 / (1 + Math.max(...ends.map((end) => degrees[end] ?? 0))),
  }));
  return phaseOfLinks(nodes, links);
}

/** Everyone and its two neighbours on a circle. */
export function ring(nodes: number): Phase {
  return metropolis(
    nodes,
    Array.from({length: nodes}, (_, node): Edge => [node, (node + 1) % nodes]),
  );
}

/** A grid with joined borders, as square as n allows: its shorter side is the greatest divisor up to sqrt(n). */
export function torus(nodes: number): Phase {
  let side = Math.floor(Math.sqrt(nodes));
  while (nodes % side !== 0) side -= 1;
  const length = nodes / side;
  return metropolis(
    nodes,
    Array.from({length: nodes}, (_, node): readonly Edge[] => {
      const row = Math.floor(node / length);
      const right = row * length + ((node + 1) % length);
      return [
        [node, right],
        [node, (node + length) % nodes],
      ];
    }).flat(),
  );
}

/**
 * The static exponential graph: everyone takes equal shares from the members 1, 2, 4 .. places on, below n.
 * Doubly stochastic but directed.
 * @see Ying et al., Exponential graph is provably efficient for decentralized deep training (2021), section 3
 */
export function exponential(nodes: number): Phase {
  const hops: number[] = [];
  for (let hop = 1; hop < nodes; hop *= 2) hops.push(hop);
  const share = 1 / (1 + hops.length);
  return createPhase(
    Array.from({length: nodes}, (_, node) =>
      hops.map((hop): Neighbour => ({node: (node + hop) % nodes, share})),
    ),
  );
}

/** Whether a walk along the edges reaches everyone. */
function isConnected({rows}: Phase): boolean {
  const reached = new Set([0]);
  for (const node of reached) for (const neighbour of rows[node] ?? []) reached.add(neighbour.node);
  return reached.size === rows.length;
}

/**
 * A graph of one's own with Metropolis weights; an edge given twice counts once.
 * @throws GOSSIP_SCHEDULE_UNUSABLE if an edge names no two of the members, or the graph falls apart
 */
export function edgeList(nodes: number, edges: readonly Edge[]): Phase {
  const isMember = (node: number): boolean => Number.isInteger(node) && node >= 0 && node < nodes;
  const wrong = edges.find(([a, b]) => a === b || !isMember(a) || !isMember(b));
  if (wrong !== undefined) {
    throw new CodedError<GossipErrorCode>(
      "GOSSIP_SCHEDULE_UNUSABLE",
      `the schedule's edge ${wrong.join(" - ")} does not join two of ${nodes} members`,
      {hint: "Members are counted from 0 in the order of their node ids."},
    );
  }
  const phase = metropolis(nodes, edges);
  if (!isConnected(phase)) {
    throw new CodedError<GossipErrorCode>(
      "GOSSIP_SCHEDULE_UNUSABLE",
      `the schedule's edges do not connect all ${nodes} members`,
      {hint: "Add edges until every member can be reached from every other."},
    );
  }
  return phase;
}
