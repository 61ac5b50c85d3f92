import {at, present} from "../../core/index.ts";
/**
 * Gives each node below `minimum` the last rows of the largest others, one at a time, until none is below it;
 * among equally large nodes the first gives. No giving node falls below `minimum`.
 * @param nodes changed in place; together they have at least `minimum` rows per node
 */
export function topUp(nodes: readonly number[][], minimum: number): void {
  const donors = nodes.toSorted((a, b) => b.length - a.length);
  const places = new Map(nodes.map((rows, place) => [rows, place]));
  const placeOf = (rows: number[]): number => present(places.get(rows), "the place of a node");
  const needy = nodes.filter((rows) => rows.length < minimum);
  let missing = needy.reduce((sum, rows) => sum + minimum - rows.length, 0);
  const given: number[] = [];
  const front: number[][] = [];
  // All nodes of one size give one row each before the next size's do, which amounts to taking from the
  // largest.
  for (let size = at(donors, 0).length, next = 0; given.length < missing; size--) {
    const before = next;
    for (; donors[next]?.length === size; next++) front.push(at(donors, next));
    if (next > before) front.sort((a, b) => placeOf(a) - placeOf(b));
    for (const rows of front.slice(0, missing - given.length)) given.push(...rows.splice(-1));
  }
  missing = 0;
  for (const rows of needy) {
    const lacking = minimum - rows.length;
    rows.push(...given.slice(missing, missing + lacking));
    missing += lacking;
  }
}
