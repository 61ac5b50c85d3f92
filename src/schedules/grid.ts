import {at} from "../core/index.ts";
import {cliques, type Neighbour, type Phase} from "./phase.ts";

/**
 * Two phases of cliques that are exact for any number of nodes: the mean of each row, then of each column. A
 * row without a member in a column is represented there by another of its members. Rows count by their
 * length, so the second phase is not symmetric: if a node failed in it, the mean of plain values would not be
 * kept.
 * @returns the phases: two, or one if there is a single row
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
        .map((other) => ({node: at(other, column % other.length), share: other.length / n}));
    });
  }
  return [cliques(n, rows), {rows: columns}];
}
