import {CodedError} from "../../../core/index.ts";
import type {DataErrorCode} from "../../errors.ts";
import {openFile} from "../open-file.ts";
import type {TileFileAddress} from "../tile-file.ts";
import {hdf5Link} from "./hdf5-link.ts";
import type {Hdf5Answer, Hdf5Contents, Hdf5Question} from "./hdf5-protocol.ts";

/** An open HDF5 file; a separate thread reads it, because damaged files can crash the library. */
export interface Hdf5File {
  readonly sizeBytes: number;
  readonly contents: Hdf5Contents;
  /**
   * Reads the rows `first` to `end` - 1 of a dataset as they are stored, little-endian; owned by the caller.
   * @throws {CodedError} DATA_TILES_UNREADABLE
   */
  readBytes(dataset: string, first: number, end: number): Promise<Uint8Array>;
  /**
   * Reads the rows `first` to `end` - 1 as binary64, row after row, of numbers of at least 4 bytes each;
   * owned by the caller.
   * @throws {CodedError} DATA_TILES_UNREADABLE
   */
  readNumbers(dataset: string, first: number, end: number): Promise<Float64Array>;
  close(): Promise<void>;
}

/** Names that are looked up at the root of a file. */
export type Hdf5Names = Omit<Extract<Hdf5Question, {kind: "describe"}>, "kind">;

function absent({name}: TileFileAddress): CodedError<DataErrorCode> {
  return new CodedError("DATA_SLIDE_MISSING", `${name}: no such file`, {
    hint: "Check the slide table and the features folder; a slide without features gets no row there.",
  });
}

function unreadable({name}: TileFileAddress): CodedError<DataErrorCode> {
  return new CodedError("DATA_TILES_UNREADABLE", `${name}: cannot be read as HDF5`, {
    hint: "It is damaged or not HDF5: copy the file once more, or extract the slide's features again.",
  });
}

/**
 * Opens an HDF5 file for reading. The library sees the bytes of this file and no other file.
 * @throws {CodedError} DATA_SLIDE_MISSING, DATA_FILE_UNREADABLE, DATA_TILES_UNREADABLE
 */
export async function openHdf5(address: TileFileAddress, names: Hdf5Names): Promise<Hdf5File> {
  const {handle, sizeBytes} = await openFile(address, () => absent(address));
  const file = {key: hdf5Link.hold(), descriptor: handle.fd, sizeBytes};
  const close = async (): Promise<void> => {
    await hdf5Link.release(file);
    await handle.close();
  };
  const ask = async <Kind extends Hdf5Answer["kind"]>(kind: Kind, question: Hdf5Question) => {
    const answer = await hdf5Link.ask(file, question);
    if (answer.kind !== kind) throw unreadable(address);
    return answer as Extract<Hdf5Answer, {kind: Kind}>;
  };
  try {
    const {contents} = await ask("described", {kind: "describe", ...names});
    return {
      sizeBytes,
      contents,
      readBytes: async (dataset, first, end) =>
        (await ask("bytes", {kind: "read", dataset, as: "bytes", first, end})).bytes,
      readNumbers: async (dataset, first, end) =>
        (await ask("numbers", {kind: "read", dataset, as: "numbers", first, end})).numbers,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
