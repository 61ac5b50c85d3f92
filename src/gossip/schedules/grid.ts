import {cliques, type Neighbour, type Phase} from "./phase.ts";

/**
 * Two phases of cliques that are exact for any number of nodes: the mean of each row, then of each column, in which a
 * row without a member there is spoken for by one of its others. Rows count as they are long, so the second phase is
 * not symmetric: no mean of plain values would be kept if a node failed in it.
 * @returns the phases: two, or one where there is one row
 */
export function gridGraph(n: number): Phase[] {
  const width = Math.ceil(Math.sqrt(n));
  const count = Math.ceil(n / width);
  const border = (row: number): number => Math.floor((row * n) / count);
  const rows = Array.from({length: count}, (_, row) =>
    Array.from({length: border(row + 1) - border(row)}, (_unused, place) => border(row) + place),
  );
  if (rows.length === 1) return [cliques(n, rows)];
  const columns: Neighbour[][] = Array.from({length: n}, () => []);
  for (const [index, row] of rows.entries()) {
    row.forEach((node, column) => {
      columns[node] = rows
        .filter((_, other) => other !== index)
        .map((other) => ({node: other[column % other.length] ?? 0, share: other.length / n}));
    });
  }
  return [cliques(n, rows), {rows: columns}];
}
