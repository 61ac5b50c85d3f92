import {realpath} from "node:fs/promises";
import {sep} from "node:path";
import {CodedError, present} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import {openHdf5Tiles} from "../readers/hdf5/hdf5-tiles.ts";
import {openNpyFile} from "../readers/npy-file.ts";
import {spelledPath} from "../readers/spelled-path.ts";
import type {TileFile} from "../readers/tile-file.ts";
import type {ListedTiles} from "./slide-table.ts";

/**
 * Refuses a file that a symbolic link puts outside the features folder. Otherwise anyone with write access to
 * that folder could have any file read that this user can read.
 */
async function requireInside(path: string, folder: string, name: string): Promise<void> {
  // If it cannot be followed, opening the file reports the fault.
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined || real.startsWith(`${folder}${sep}`)) return;
  const what = `${name}: a symbolic link leads out of the features folder`;
  const hint = "Put the file itself there, or name the folder where the files are as features.";
  throw new CodedError<DataErrorCode>("DATA_FILE_UNREADABLE", what, {hint});
}

/**
 * Opens the file of `listed`, lets `use` read it, and closes it.
 * @throws {CodedError} the errors of the readers of its format
 */
export async function withTiles<Result>(
  listed: ListedTiles,
  use: (file: TileFile) => Promise<Result>,
): Promise<Result> {
  const {name, folder} = listed;
  const address = {name, path: await spelledPath(listed.path)};
  if (folder !== null) await requireInside(address.path, folder, name);
  const file = await (address.path.endsWith(".npy") ? openNpyFile(address) : openHdf5Tiles(address));
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function tileAt(rows: Uint32Array, position: number): number {
  return present(rows[position], "a listed tile");
}

/** The tiles of the file at the positions `positions` of the listed tiles; all three ascending. */
export function fileRowsOf({rows}: ListedTiles, positions: Uint32Array): Uint32Array {
  return rows === null ? positions : positions.map((position) => tileAt(rows, position));
}
