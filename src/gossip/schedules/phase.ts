/** A member from which another takes a share in one phase. */
export interface Neighbour {
  /** Index of the member in the sorted view. */
  readonly node: number;
  /** W_ij, in (0, 1). */
  readonly share: number;
}

/**
 * One step of mixing, x' = W x, which all members take at once. `rows[i]` lists j and W_ij for j other than i,
 * by ascending j; what is missing to 1 is the share of i itself. Every row's shares sum to at most 1. Base graphs,
 * matchings and Metropolis weights are symmetric and doubly stochastic; static exponential graphs are doubly
 * stochastic; of the phases of a grid only the product is.
 */
export interface Phase {
  readonly rows: readonly (readonly Neighbour[])[];
}

/** Both ends of an undirected edge take `share` of each other. */
export interface Link {
  readonly ends: readonly [number, number];
  readonly share: number;
}

/** The links with which all of `nodes` end with their mean. */
export function clique(nodes: readonly number[]): Link[] {
  return nodes.flatMap((a, index) =>
    nodes.slice(index + 1).map((b): Link => ({ends: [a, b], share: 1 / nodes.length})),
  );
}

/** The phase of `nodes` members whose rows are `neighbours`, put in order. */
export function createPhase(rows: readonly (readonly Neighbour[])[]): Phase {
  return {rows: rows.map((row) => row.toSorted((a, b) => a.node - b.node))};
}

/** The symmetric phase of `nodes` members in which exactly `links` are used. */
export function phaseOfLinks(nodes: number, links: readonly Link[]): Phase {
  const rows = Array.from({length: nodes}, (): Neighbour[] => []);
  for (const {
    ends: [a, b],
    share,
  } of links) {
    rows[a]?.push({node: b, share});
    rows[b]?.push({node: a, share});
  }
  return createPhase(rows);
}

/** The phase with position i taken by member `order[i]`. @param order `[n]`, a permutation of 0 .. n - 1 */
export function reorder(phase: Phase, order: ArrayLike<number>): Phase {
  const rows: (readonly Neighbour[])[] = Array.from({length: phase.rows.length}, () => []);
  phase.rows.forEach((row, position) => {
    rows[order[position] ?? 0] = row.map(({node, share}) => ({node: order[node] ?? 0, share}));
  });
  return createPhase(rows);
}
