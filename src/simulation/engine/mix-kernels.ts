/*
 * The loops of mixing on a table of masses whose codec is f32: the operations of `mixMass` on numbers that are read as
 * binary32, in its order and with its roundings.
 */

/** Where two nodes that hear nobody else have their rows, and the shares with which they count. */
export interface PairPlaces {
  readonly first: number;
  readonly second: number;
  readonly size: number;
  /** W of the second at the first, and of the first at the second. */
  readonly firstShare: number;
  readonly secondShare: number;
}

/** Mixes two rows of `values` with one another. @returns 0, or NaN where a number is not finite */
export function mixPair(
  values: Float64Array,
  {first, second, size, firstShare, secondShare}: PairPlaces,
): number {
  let check = 0;
  for (let index = 0; index < size; index++) {
    const a = values[first + index] ?? 0;
    const b = values[second + index] ?? 0;
    const apart = Math.fround(b) - Math.fround(a);
    const mixedA = a + firstShare * apart;
    const mixedB = b + secondShare * -apart;
    check += mixedA - mixedA + (mixedB - mixedB);
    values[first + index] = mixedA;
    values[second + index] = mixedB;
  }
  return check;
}

/** Adds `share` times what a neighbour sent less what the node itself sent. @returns 0, or NaN as {@link mixPair} */
export function mixNeighbour(
  row: Float64Array,
  {theirs, own}: {readonly theirs: Float32Array; readonly own: Float32Array | Float64Array},
  share: number,
): number {
  let check = 0;
  for (let index = 0; index < row.length; index++) {
    const value = (row[index] ?? 0) + share * ((theirs[index] ?? 0) - (own[index] ?? 0));
    check += value - value;
    row[index] = value;
  }
  return check;
}
