import {at} from "../core/index.ts";
/** A node that another hears in a phase, and the share W_ij with which it counts. */
export interface Neighbour {
  /** Index of the node, from 0. */
  readonly node: number;
  /** W_ij, in (0, 1]. */
  readonly share: number;
}

/**
 * One step of mixing: `rows[i]` are the neighbours of node i without itself; its own share is 1 minus theirs.
 * Every phase except the grid's second is symmetric and doubly stochastic.
 */
export interface Phase {
  readonly rows: readonly (readonly Neighbour[])[];
}

/**
 * The phase of `n` nodes in which each of `groups` takes its plain mean; a node in no group keeps its value.
 */
export function cliques(n: number, groups: readonly (readonly number[])[]): Phase {
  const rows: Neighbour[][] = Array.from({length: n}, () => []);
  for (const group of groups) {
    for (const node of group) {
      rows[node] = group
        .filter((other) => other !== node)
        .map((other) => ({node: other, share: 1 / group.length}));
    }
  }
  return {rows};
}

/** `phase` with node i in the place of `order[i]`. @param order a permutation of all nodes */
export function reordered({rows}: Phase, order: ArrayLike<number>): Phase {
  const placed: Neighbour[][] = rows.map(() => []);
  rows.forEach((row, index) => {
    placed[at(order, index)] = row.map(({node, share}) => ({node: at(order, node), share}));
  });
  return {rows: placed};
}

const knownListeners = new WeakMap<Phase, readonly (readonly number[])[]>();

/** The nodes that hear each node in `phase`, ascending; computed once. */
export function listenersIn(phase: Phase): readonly (readonly number[])[] {
  const known = knownListeners.get(phase);
  if (known !== undefined) return known;
  const listeners: number[][] = phase.rows.map(() => []);
  phase.rows.forEach((row, node) => {
    for (const heard of new Set(row.map((neighbour) => neighbour.node))) at(listeners, heard).push(node);
  });
  knownListeners.set(phase, listeners);
  return listeners;
}
