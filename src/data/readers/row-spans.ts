import {at} from "../../core/index.ts";
/** Rows `first` to `end` - 1 of a file, which hold the wanted rows at the positions `from` to `to` - 1. */
export interface RowSpan {
  readonly first: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/** The way in which a file is best read. */
export interface RowLayout {
  /** Number of rows of the file. */
  readonly rows: number;
  readonly rowBytes: number;
  /** Number of rows that the file keeps together, to be read only together; 1 for a file without chunks. */
  readonly chunkRows: number;
}

/** Most bytes of one span, unless a single chunk has more. */
const SLICE_BYTES = 8 * 2 ** 20;

/** Number of unwanted bytes that cost less to read than another call. */
const GAP_BYTES = 64 * 2 ** 10;

/**
 * The spans to read one after another for the rows `wanted`: each chunk is read once, chunks without a wanted
 * row are not read at all, and one span is never more than 8 MiB or one row of chunks.
 * @param wanted ascending, each once
 */
export function* rowSpans(wanted: Uint32Array, {rows, rowBytes, chunkRows}: RowLayout): Generator<RowSpan> {
  const most = Math.max(chunkRows, Math.floor(SLICE_BYTES / rowBytes));
  const gap = chunkRows === 1 ? Math.floor(GAP_BYTES / rowBytes) : 0;
  const chunkStart = (row: number): number => row - (row % chunkRows);
  let from = 0;
  while (from < wanted.length) {
    const first = chunkStart(at(wanted, from));
    let end = first + chunkRows;
    let to = from + 1;
    for (; to < wanted.length; to++) {
      const start = chunkStart(at(wanted, to));
      if (start - end > gap || start + chunkRows - first > most) break;
      end = start + chunkRows;
    }
    yield {first, end: Math.min(end, rows), from, to};
    from = to;
  }
}
