import {clique, createPhase, type Neighbour, type Phase, phaseOfLinks} from "./phase.ts";

/** Members 0 .. n - 1 in rows of nearly equal length, about sqrt(n) of them. */
function gridRows(nodes: number): readonly (readonly number[])[] {
  const count = Math.ceil(nodes / Math.ceil(Math.sqrt(nodes)));
  return Array.from({length: count}, (_, row) => {
    const first = Math.floor((row * nodes) / count);
    const end = Math.floor(((row + 1) * nodes) / count);
    return Array.from({length: end - first}, (__, column) => first + column);
  });
}

/**
 * Two phases of cliques after which everyone has the mean over all. First every row of a grid averages itself; then
 * in every column one member of each row stands for it, with the share of the row's length in n. A row that is too
 * short for a column lets one of its members stand twice, who takes from its own column alone: the second phase by
 * itself is row-stochastic and keeps no sum, the two together are the mean and keep every one.
 * @param nodes n >= 1
 */
export function gridPhases(nodes: number): readonly Phase[] {
  const rows = gridRows(nodes);
  const inRows = phaseOfLinks(nodes, rows.flatMap(clique));
  if (rows.length === 1) return [inRows];
  const taken = rows.flatMap((row, own) =>
    row.map((_, column) =>
      rows.flatMap((other, index): Neighbour[] => {
        const node = other[column % other.length];
        return index === own || node === undefined ? [] : [{node, share: other.length / nodes}];
      }),
    ),
  );
  return [inRows, createPhase(taken)];
}
