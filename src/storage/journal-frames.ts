import {crc32} from "node:zlib";
import {decode, encode} from "cborg";
import {alloc, compare, concat, fromString} from "uint8arrays";
import {at} from "../core/index.ts";

/** The first bytes of every journal. */
export const JOURNAL_MAGIC: Uint8Array = fromString("consilium/journal/1\n");

const FRAME_MAGIC = fromString("\u0001JF\n");
const HEADER_BYTES = 20;

/**
 * Encodes one frame: magic (4 bytes), its own offset in the file (8), the length of its payload (4), CRC-32
 * (ISO-HDLC) of offset, length and payload (4), all little-endian, then the payload: a CBOR list of byte
 * strings. Records that are written and synced together are one frame, so only the last frame of a file can
 * be torn.
 */
export function encodeJournalFrame(offset: number, records: readonly Uint8Array[]): Uint8Array {
  const payload = encode(records);
  const header = alloc(HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset);
  header.set(FRAME_MAGIC);
  view.setBigUint64(4, BigInt(offset), true);
  view.setUint32(12, payload.length, true);
  view.setUint32(16, checksum(header, payload), true);
  return concat([header, payload]);
}

function checksum(header: Uint8Array, payload: Uint8Array): number {
  return crc32(payload, crc32(header.subarray(4, 16)));
}

function payloadAt(file: Uint8Array, offset: number): Uint8Array | undefined {
  if (offset + HEADER_BYTES > file.length) return undefined;
  const header = file.subarray(offset, offset + HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset);
  const end = offset + HEADER_BYTES + view.getUint32(12, true);
  if (compare(header.subarray(0, 4), FRAME_MAGIC) !== 0 || end > file.length) return undefined;
  if (view.getBigUint64(4, true) !== BigInt(offset)) return undefined;
  const payload = file.subarray(offset + HEADER_BYTES, end);
  return view.getUint32(16, true) === checksum(header, payload) ? payload : undefined;
}

/** Tells whether a whole frame starts anywhere after `offset`. */
function isFollowed(file: Uint8Array, offset: number): boolean {
  const firstByte = at(FRAME_MAGIC, 0);
  for (let place = offset + 1; place < file.length; place++) {
    place = file.indexOf(firstByte, place);
    if (place < 0) return false;
    if (payloadAt(file, place) !== undefined) return true;
  }
  return false;
}

/** The contents of a journal's frames. */
export interface JournalContents {
  /** The records in the order in which they were written; each owns its bytes. */
  readonly records: Uint8Array[];
  /** Length of the sound part; the bytes after it are the torn end of the last write. */
  readonly soundBytes: number;
  /** True if a sound frame follows the sound part: then the rest is damage, not a torn end. */
  readonly isDamaged: boolean;
}

function isRecordList(value: unknown): value is Uint8Array[] {
  return Array.isArray(value) && value.every((record) => record instanceof Uint8Array);
}

function recordsOf(payload: Uint8Array): Uint8Array[] | undefined {
  try {
    const value: unknown = decode(payload);
    return isRecordList(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the frames of `file`, a journal whose magic was checked, up to the first unsound one. */
export function decodeFrames(file: Uint8Array): JournalContents {
  const records: Uint8Array[] = [];
  let offset = JOURNAL_MAGIC.length;
  while (offset < file.length) {
    const payload = payloadAt(file, offset);
    const found = payload === undefined ? undefined : recordsOf(payload);
    if (payload === undefined || found === undefined) {
      return {records, soundBytes: offset, isDamaged: isFollowed(file, offset)};
    }
    for (const record of found) records.push(record.slice());
    offset += HEADER_BYTES + payload.length;
  }
  return {records, soundBytes: offset, isDamaged: false};
}
