import type {Connection, Stream} from "@libp2p/interface";
import {fromString} from "uint8arrays/from-string";
import {type Clock, runningSha256} from "../../core/index.ts";
import type {BlobRange, BlobStore} from "../blobs/blob-store.ts";
import {
  BLOB_TRAILER_BYTES,
  type BlobRequest,
  createHeaderReader,
  decodeBlobRequest,
  encodeBlobHeader,
} from "../blobs/blob-wire.ts";
import {createProgressDeadline, type ProgressDeadline} from "../deadline.ts";
import type {NetworkErrorCode} from "../errors.ts";
import {streamEnded} from "../faults.ts";
import {isViolation} from "../guards/guard.ts";
import type {LinkRecord} from "../link-table.ts";
import {createSemaphore, type Semaphore} from "../semaphore.ts";
import type {NetworkLimits, PeerId} from "../types.ts";
import {abortStream, drained, onNoMoreBytes, onStreamBytes} from "./streams.ts";

/**
 * Bytes handed to a stream at once: large enough to be cheap, small enough to stop at a full socket. With the
 * Yamux header of 12 bytes they fill four Noise messages; 256 KiB would spill 80 bytes into a fifth.
 */
export const CHUNK_BYTES = 4 * 65_519 - 12;

/** Number of transfers that are sent at once; others wait. */
const MAX_SENDING = 16;

/** Dependencies of a blob server. */
export interface BlobServerOptions {
  readonly store: BlobStore;
  readonly limits: NetworkLimits;
  readonly clock: Clock;
  /** Ends all transfers. */
  readonly signal: AbortSignal;
  /** The record of a member whose link has passed this side's checks; `undefined` for anyone else. */
  recordOf(peer: PeerId): LinkRecord | undefined;
  /** Tells whether the peer's budget has room for another request; if not, its link has ended. */
  admitsRequest(peer: PeerId): boolean;
  /** Tells the same of bytes that it is about to be served. */
  admitsBytes(peer: PeerId, sizeBytes: number): boolean;
  /** Called when the peer broke the wire format. */
  onViolation(peer: PeerId, code: NetworkErrorCode): void;
  /** See `NetworkEvents`. */
  onBlobSent?(peer: PeerId, hash: string, bytes: number): void;
}

/** Reads the request at the start of `stream`. */
function readRequest(stream: Stream, record: LinkRecord, signal: AbortSignal): Promise<BlobRequest> {
  const reader = createHeaderReader();
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, {once: true});
    onNoMoreBytes(stream, () => reject(streamEnded()));
    onStreamBytes(stream, (bytes) => {
      record.addReceived(bytes.byteLength);
      try {
        const read = reader.push(bytes);
        if (read !== undefined) resolve(decodeBlobRequest(read.header));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** One transfer. */
interface Sending {
  readonly stream: Stream;
  readonly record: LinkRecord;
  readonly deadline: ProgressDeadline;
}

/** Sends a range and its SHA-256. Buffers handed to a stream are not copied: nobody may change them. */
async function sendRange(
  {stream, record, deadline}: Sending,
  range: BlobRange,
  request: BlobRequest,
): Promise<void> {
  const {bytes} = range;
  const isWhole = bytes.byteLength === range.response.total;
  const running = isWhole ? undefined : runningSha256();
  for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
    const chunk = bytes.subarray(start, start + CHUNK_BYTES);
    const isFull = !stream.send(chunk);
    record.addSent(chunk.byteLength);
    running?.update(chunk);
    if (isFull) await drained(stream, deadline.signal);
    deadline.restart();
  }
  stream.send(running?.digest() ?? fromString(request.hash, "base16"));
  record.addSent(BLOB_TRAILER_BYTES);
}

async function serve(options: BlobServerOptions, places: Semaphore, sending: Sending): Promise<void> {
  const {stream, record, deadline} = sending;
  const request = await readRequest(stream, record, deadline.signal);
  const leave = await places.acquire(deadline.signal);
  try {
    deadline.restart();
    const range = options.store.lookUp(record.peer, request);
    if (!options.admitsBytes(record.peer, range.bytes.byteLength)) throw streamEnded();
    const header = encodeBlobHeader(range.response);
    stream.send(header);
    record.addSent(header.byteLength);
    if (range.response.status === "ok") {
      await sendRange(sending, range, request);
      options.onBlobSent?.(record.peer, request.hash, range.bytes.byteLength);
    }
    await stream.close({signal: deadline.signal});
  } finally {
    leave();
  }
}

/** Answers one request on each stream it is given. */
export function createBlobServer(
  options: BlobServerOptions,
): (stream: Stream, connection: Connection) => Promise<void> {
  const places = createSemaphore(MAX_SENDING);
  return async (stream, connection) => {
    const peer = connection.remotePeer.toString();
    const record = options.recordOf(peer);
    if (record === undefined || !options.admitsRequest(peer)) {
      abortStream(stream, undefined);
      return;
    }
    const {clock, limits, signal, onViolation} = options;
    const deadline = createProgressDeadline(clock, limits.progressTimeoutMs, signal, () => streamEnded());
    try {
      await serve(options, places, {stream, record, deadline});
    } catch (error) {
      abortStream(stream, error);
      if (isViolation(error)) onViolation(peer, error.code);
    } finally {
      deadline.end();
    }
  };
}
