/** The facts that a tile file states about itself; null if it does not state them. */
export interface TileFacts {
  /** Name of the feature extractor. */
  readonly extractor: string | null;
  /** Edge of a tile in micrometres. */
  readonly tileSizeUm: number | null;
  /** Edge of a tile in pixels. */
  readonly tileSizePx: number | null;
}

/** An open file of tile features, read a few rows at a time. */
export interface TileFile {
  /** Number of usable tiles. */
  readonly tiles: number;
  /** Number of features of a tile. */
  readonly dimension: number;
  readonly facts: TileFacts;
  /** True if it has coordinates that are not one place for each tile; they are not used. */
  readonly hasStrayCoordinates: boolean;
  /**
   * Writes the features of the tiles `rows` to `into`, in binary32 (binary64 is rounded to the nearest).
   * Memory in use beside `into` is one slice of the file, whatever the number of rows.
   * @param rows numbers of tiles, ascending, each once
   * @param into shape `[rows.length, dimension]`
   * @throws {CodedError} DATA_TILES_UNREADABLE
   */
  read(rows: Uint32Array, into: Float32Array): Promise<void>;
  /**
   * Reads the places of the tiles `rows` (as above) on their slide: x and y in the file's own unit, shape
   * `[rows.length, 2]`; null if the file does not state them.
   * @throws {CodedError} DATA_TILES_UNREADABLE
   */
  coordinates(rows: Uint32Array): Promise<Float64Array | null>;
  /** Closes the file; nothing may be read afterwards. */
  close(): Promise<void>;
}

/** The address of a tile file. */
export interface TileFileAddress {
  /** Absolute path; never shown, because it may name a patient. */
  readonly path: string;
  /** Its name in messages, such as the line of a table that lists it. */
  readonly name: string;
}
