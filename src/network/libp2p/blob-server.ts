import type {Connection, Stream} from "@libp2p/interface";
import {fromString} from "uint8arrays/from-string";
import {type Clock, isCoded, runningSha256} from "../../core/index.ts";
import type {BlobRange, BlobStore} from "../blob-store.ts";
import {
  BLOB_TRAILER_BYTES,
  type BlobRequest,
  createHeaderReader,
  decodeBlobRequest,
  encodeBlobHeader,
} from "../blob-wire.ts";
import {createDeadline, type Deadline} from "../deadline.ts";
import type {NetworkErrorCode} from "../errors.ts";
import {streamEnded} from "../faults.ts";
import type {LinkRecord} from "../link-table.ts";
import {createSemaphore, type Semaphore} from "../semaphore.ts";
import type {NetworkLimits, PeerId} from "../types.ts";
import {abortStream, drained, onBytes, onNoMoreBytes} from "./streams.ts";

/**
 * Bytes handed to a stream at once: large enough to be cheap, small enough to stop at a full socket. With the Yamux
 * header of 12 bytes they fill four Noise messages, where 256 KiB would spill 80 bytes into a fifth.
 */
export const CHUNK_BYTES = 4 * 65_519 - 12;

/** Transfers that are sent at once; others wait. */
const MAX_SENDING = 16;

/** What a blob server works with. */
export interface BlobServerOptions {
  readonly store: BlobStore;
  readonly limits: NetworkLimits;
  readonly clock: Clock;
  /** Ends all transfers. */
  readonly signal: AbortSignal;
  /** The record of a member whose link has passed this side's checks; `undefined` for anyone else. */
  recordOf(peer: PeerId): LinkRecord | undefined;
  /** The peer broke the wire format. */
  onViolation(peer: PeerId, code: NetworkErrorCode): void;
  /** See `NetworkEvents`. */
  onBlobSent?(peer: PeerId, hash: string, bytes: number): void;
}

/** Reads the next request on `stream`; null when the peer asks for nothing more. */
function readRequest(stream: Stream, record: LinkRecord, signal: AbortSignal): Promise<BlobRequest | null> {
  const reader = createHeaderReader();
  return new Promise<BlobRequest | null>((resolve, reject) => {
    const onAbort = (): void => fail(signal.reason);
    const endings = [
      onNoMoreBytes(stream, () => succeed(null)),
      onBytes(stream, (bytes) => {
        record.addReceived(bytes.byteLength);
        try {
          const read = reader.push(bytes);
          if (read !== undefined) succeed(decodeBlobRequest(read.header));
        } catch (error) {
          fail(error);
        }
      }),
      () => signal.removeEventListener("abort", onAbort),
    ];
    const end = (): void => endings.forEach((act) => act());
    const succeed = (request: BlobRequest | null): void => {
      end();
      resolve(request);
    };
    const fail = (error: unknown): void => {
      end();
      reject(error);
    };
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    // The peer may have ended it while it was answered.
    if (stream.readStatus === "closed") succeed(null);
  });
}

/** One transfer. */
interface Sending {
  readonly stream: Stream;
  readonly record: LinkRecord;
  readonly deadline: Deadline;
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

/** Answers `request`. */
async function serve(
  {store, onBlobSent}: BlobServerOptions,
  places: Semaphore,
  {sending, request}: {readonly sending: Sending; readonly request: BlobRequest},
): Promise<void> {
  const {stream, record, deadline} = sending;
  const leave = await places.acquire(deadline.signal);
  try {
    deadline.restart();
    const range = store.lookUp(record.peer, request);
    const header = encodeBlobHeader(range.response);
    stream.send(header);
    record.addSent(header.byteLength);
    if (range.response.status === "ok") {
      await sendRange(sending, range, request);
      onBlobSent?.(record.peer, request.hash, range.bytes.byteLength);
    }
  } finally {
    leave();
  }
}

/** Takes one request from `stream` and answers it. @returns whether there was one */
async function serveNext(
  options: BlobServerOptions,
  places: Semaphore,
  {stream, record}: Pick<Sending, "stream" | "record">,
): Promise<boolean> {
  const {clock, limits, signal, recordOf} = options;
  // Between two transfers a stream may be silent for as long as its connection lives.
  const request = await readRequest(stream, record, signal);
  if (request === null) return false;
  if (recordOf(record.peer) !== record) throw streamEnded();
  const deadline = createDeadline(clock, limits.progressTimeoutMs, signal, () => streamEnded());
  try {
    await serve(options, places, {sending: {stream, record, deadline}, request});
  } finally {
    deadline.end();
  }
  return true;
}

/** Answers one request after another on each stream it is given. */
export function createBlobServer(
  options: BlobServerOptions,
): (stream: Stream, connection: Connection) => Promise<void> {
  const places = createSemaphore(MAX_SENDING);
  return async (stream, connection) => {
    const peer = connection.remotePeer.toString();
    const record = options.recordOf(peer);
    if (record === undefined) {
      abortStream(stream, undefined);
      return;
    }
    try {
      while (await serveNext(options, places, {stream, record}));
      await stream.close({signal: options.signal});
    } catch (error) {
      abortStream(stream, error);
      if (isCoded<NetworkErrorCode>(error, "NETWORK_FRAME_MALFORMED", "NETWORK_FRAME_TOO_LARGE")) {
        options.onViolation(peer, error.code);
      }
    }
  };
}
