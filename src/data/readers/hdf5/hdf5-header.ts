import {CodedError} from "../../../core/index.ts";
import type {DataErrorCode} from "../../errors.ts";
import {type Hdf5Type, hdf5Type} from "./hdf5-datatype.ts";

/** The header of a dataset, read without the library, which follows links and converts types unasked. */
export interface DatasetHeader {
  readonly type: Hdf5Type;
  /** `external`: its bytes lie in other files; `virtual`: it is composed of other datasets. */
  readonly storage: "contiguous" | "chunked" | "compact" | "external" | "virtual";
  /** Numbers of the filters, in the order in which they were applied. */
  readonly filters: readonly number[];
}

/** Reads the bytes of the file from `position` on; fewer if the file ends. */
export type ReadBytes = (position: number, length: number) => Uint8Array;

interface Message {
  readonly type: number;
  readonly isShared: boolean;
  readonly body: DataView;
}

/** A run of messages in the file. */
interface Block {
  readonly position: number;
  readonly length: number;
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] as const;
/** The superblock lies at 0 or at a power of two from 512 on; no user block of a tile file is larger. */
const SUPERBLOCKS = [0, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536] as const;
/** Bounds of a dataset's header; those of tile files have a few hundred bytes. */
const MAX_BLOCKS = 64;
const MAX_MESSAGES = 10_000;
const MAX_BLOCK_BYTES = 2 ** 20;
const LAYOUTS = ["compact", "contiguous", "chunked", "virtual"] as const;
const DATATYPE = 0x03;
const EXTERNAL_FILES = 0x07;
const LAYOUT = 0x08;
const FILTERS = 0x0b;
const CONTINUATION = 0x10;

function unreadable(what: string): CodedError<DataErrorCode> {
  return new CodedError("DATA_TILES_UNREADABLE", what);
}

function viewOf(read: ReadBytes, {position, length}: Block): DataView {
  if (length > MAX_BLOCK_BYTES) throw unreadable("the header is too long");
  const bytes = read(position, length);
  if (bytes.length < length) throw unreadable("the header is cut off");
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

/** The position from which the file's addresses count; they must have 8 bytes, as in all files of today. */
function baseOf(read: ReadBytes): number {
  const start = SUPERBLOCKS.find((position) => {
    const bytes = read(position, SIGNATURE.length);
    return SIGNATURE.every((byte, index) => bytes[index] === byte);
  });
  if (start === undefined) throw unreadable("there is no superblock");
  const view = viewOf(read, {position: start, length: 40});
  const isOld = view.getUint8(8) < 2;
  const sizes = isOld ? [view.getUint8(13), view.getUint8(14)] : [view.getUint8(9), view.getUint8(10)];
  if (sizes.some((size) => size !== 8)) throw unreadable("its addresses do not have 8 bytes");
  return Number(view.getBigUint64(view.getUint8(8) === 1 ? 28 : isOld ? 24 : 12, true));
}

function* messagesOfOld(view: DataView): Generator<Message> {
  for (let at = 0; at + 8 <= view.byteLength; ) {
    const size = view.getUint16(at + 2, true);
    const body = new DataView(view.buffer, view.byteOffset + at + 8, size);
    yield {type: view.getUint16(at, true), isShared: (view.getUint8(at + 4) & 2) !== 0, body};
    at += 8 + size;
  }
}

function* messagesOfNew(view: DataView, headBytes: number): Generator<Message> {
  for (let at = 0; at + headBytes <= view.byteLength; ) {
    const size = view.getUint16(at + 1, true);
    const body = new DataView(view.buffer, view.byteOffset + at + headBytes, size);
    yield {type: view.getUint8(at), isShared: (view.getUint8(at + 3) & 2) !== 0, body};
    at += headBytes + size;
  }
}

/** The first block of a header, and the way to read its blocks. */
function openHeader(read: ReadBytes, address: number) {
  const start = viewOf(read, {position: address, length: 16});
  if (start.getUint8(0) === 1) {
    const first = {position: address + 16, length: start.getUint32(8, true)};
    return {first, messagesOf: (block: Block) => messagesOfOld(viewOf(read, block))};
  }
  if (start.getUint32(0, false) !== 0x4f484452) throw unreadable("it is no object header");
  const flags = start.getUint8(5);
  const sizeAt = 6 + ((flags & 0x20) === 0 ? 0 : 16) + ((flags & 0x10) === 0 ? 0 : 4);
  const sizeBytes = 2 ** (flags & 3);
  const size = viewOf(read, {position: address + sizeAt, length: 8});
  const length = Number(size.getBigUint64(0, true) & (2n ** BigInt(8 * sizeBytes) - 1n));
  const headBytes = (flags & 4) === 0 ? 4 : 6;
  return {
    first: {position: address + sizeAt + sizeBytes, length},
    messagesOf: (block: Block) => messagesOfNew(viewOf(read, block), headBytes),
    // A continuation has a signature before its messages and a checksum after them.
    trim: ({position, length: whole}: Block): Block => ({position: position + 4, length: whole - 8}),
  };
}

function allMessages(read: ReadBytes, base: number, address: number): Message[] {
  const {first, messagesOf, trim = (block: Block) => block} = openHeader(read, base + address);
  const blocks = [first];
  const messages: Message[] = [];
  for (const block of blocks) {
    for (const message of messagesOf(block)) {
      messages.push(message);
      if (messages.length > MAX_MESSAGES) throw unreadable("the header has too many messages");
      if (message.type !== CONTINUATION) continue;
      const [position, length] = [message.body.getBigUint64(0, true), message.body.getBigUint64(8, true)];
      blocks.push(trim({position: base + Number(position), length: Number(length)}));
      if (blocks.length > MAX_BLOCKS) throw unreadable("the header has too many parts");
    }
  }
  return messages;
}

function filtersOf(body: DataView): number[] {
  const isOld = body.getUint8(0) === 1;
  const filters: number[] = [];
  let at = isOld ? 8 : 2;
  for (let left = body.getUint8(1); left > 0; left--) {
    const id = body.getUint16(at, true);
    const hasName = isOld || id >= 256;
    const nameBytes = hasName ? body.getUint16(at + 2, true) : 0;
    const countAt = at + (hasName ? 6 : 4);
    const count = body.getUint16(countAt, true);
    at = countAt + 2 + (isOld ? 8 * Math.ceil(nameBytes / 8) : nameBytes) + 4 * count;
    if (isOld && count % 2 === 1) at += 4;
    filters.push(id);
  }
  return filters;
}

function storageOf(messages: readonly Message[]): DatasetHeader["storage"] {
  if (messages.some(({type}) => type === EXTERNAL_FILES)) return "external";
  const layout = messages.find(({type}) => type === LAYOUT)?.body;
  const kind = layout === undefined ? undefined : LAYOUTS[layout.getUint8(layout.getUint8(0) < 3 ? 2 : 1)];
  if (kind === undefined) throw unreadable("the header has no layout");
  return kind;
}

/**
 * The header of the dataset whose object header lies at `address`, counted from the file's base.
 * @throws {CodedError} DATA_TILES_UNREADABLE
 * @see HDF5 File Format Specification 3.0, II (superblock) and IV.A (object headers and their messages)
 */
export function datasetHeader(read: ReadBytes, address: number): DatasetHeader {
  const messages = allMessages(read, baseOf(read), address);
  const datatype = messages.find(({type}) => type === DATATYPE);
  if (datatype === undefined) throw unreadable("the header has no datatype");
  const filters = messages.find(({type}) => type === FILTERS);
  if (filters?.isShared === true) throw unreadable("its filters are shared with another object");
  return {
    type: datatype.isShared ? {format: null, name: "a named datatype"} : hdf5Type(datatype.body),
    storage: storageOf(messages),
    filters: filters === undefined ? [] : filtersOf(filters.body),
  };
}
