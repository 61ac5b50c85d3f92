import {openHdf5Tiles} from "./readers/hdf5-tiles.ts";
import {openNpyFile} from "./readers/npy-file.ts";
import type {TileFile} from "./readers/tile-file.ts";
import type {ListedTiles} from "./slide-listing.ts";

/**
 * Opens the file of `listed`, lets `use` read it, and closes it.
 * @throws {CodedError} as the readers of its format
 */
export async function withTiles<Result>(
  listed: ListedTiles,
  use: (file: TileFile) => Promise<Result>,
): Promise<Result> {
  const file = await (listed.path.endsWith(".npy") ? openNpyFile(listed) : openHdf5Tiles(listed));
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** The tiles of the file at the positions `positions` of those that are listed; all three ascending. */
export function rowsOf({rows}: ListedTiles, positions: Uint32Array): Uint32Array {
  return rows === null ? positions : positions.map((position) => rows[position] ?? 0);
}
