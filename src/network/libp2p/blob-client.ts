import type {Connection, Stream} from "@libp2p/interface";
import {type Clock, CodedError, delay, isCoded} from "../../core/index.ts";
import {encodeBlobHeader} from "../blob-wire.ts";
import {createDeadline, type Deadline, linkSignals} from "../deadline.ts";
import type {NetworkErrorCode} from "../errors.ts";
import {FetchBuffer, ResponseReader} from "../fetch-buffer.ts";
import type {LinkRecord, LinkTable} from "../link-table.ts";
import {createSemaphore, type Semaphore} from "../semaphore.ts";
import type {FetchRequest, NetworkLimits, PeerId} from "../types.ts";
import {abortStream, BLOB_PROTOCOL, onBytes, onNoMoreBytes, streamEnded} from "./streams.ts";

/** Fetches from one peer that run at once; further ones wait here, as the peer would reset them. */
export const MAX_FETCHES_PER_PEER = 4;

/** Pause after an attempt without progress, in milliseconds; it doubles with each further one. */
const RETRY_PAUSE_MS = 50;

/** Errors that no further attempt can mend. */
const FINAL_CODES = [
  "NETWORK_BLOB_MISSING",
  "NETWORK_BLOB_DENIED",
  "NETWORK_BLOB_RANGE",
  "NETWORK_BLOB_CORRUPT",
  "NETWORK_FRAME_MALFORMED",
  "NETWORK_FRAME_TOO_LARGE",
] as const satisfies readonly NetworkErrorCode[];

/** What a blob client works with. */
export interface BlobClientOptions {
  readonly table: LinkTable;
  readonly limits: NetworkLimits;
  readonly clock: Clock;
  /** Ends all fetches. */
  readonly signal: AbortSignal;
  /** The connection under the link to a peer, while it is up. */
  connectionTo(peer: PeerId): Connection | undefined;
  /** The peer broke the wire format. */
  onViolation(peer: PeerId, code: NetworkErrorCode): void;
}

/** Fetches ranges of peers' blobs. */
export type BlobClient = (request: FetchRequest) => Promise<Uint8Array>;

/** Reads the answer on `stream` into `reader`; resolves when the range is complete. */
function readAnswer(
  stream: Stream,
  reader: ResponseReader,
  {record, deadline}: {record: LinkRecord; deadline: Deadline},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const {signal} = deadline;
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, {once: true});
    onNoMoreBytes(stream, () => reject(streamEnded()));
    let isOver = false;
    onBytes(stream, (bytes) => {
      record.addReceived(bytes.byteLength);
      if (isOver || signal.aborted) return;
      deadline.restart();
      try {
        isOver = reader.push(bytes);
        if (isOver) resolve();
      } catch (error) {
        isOver = true;
        reject(error);
      }
    });
  });
}

/** One stream's worth of a fetch: asks for what is still missing. */
async function attempt(
  options: BlobClientOptions,
  request: FetchRequest,
  buffer: FetchBuffer,
  deadline: Deadline,
): Promise<void> {
  const record = options.table.demand(request.from);
  await options.table.whenUp(request.from, deadline.signal);
  const connection = options.connectionTo(request.from);
  if (connection === undefined) throw streamEnded();
  const stream = await connection.newStream(BLOB_PROTOCOL, {signal: deadline.signal});
  try {
    const {hash, offset, length} = request;
    const start = buffer.filled;
    const answer = readAnswer(stream, new ResponseReader(request, buffer), {record, deadline});
    const asked = encodeBlobHeader({hash, offset: offset + start, length: length - start});
    record.addSent(asked.byteLength);
    stream.send(asked);
    await answer;
    await stream.close({signal: deadline.signal}).catch((error: unknown) => abortStream(stream, error));
  } catch (error) {
    abortStream(stream, error);
    throw error;
  }
}

/** Throws unless `error`, after `failures` attempts in a row without a new byte, allows another attempt. */
function checkRetry(
  options: BlobClientOptions,
  request: FetchRequest,
  error: unknown,
  failures: number,
): void {
  request.signal.throwIfAborted();
  if (isCoded(error, "NETWORK_FRAME_MALFORMED", "NETWORK_FRAME_TOO_LARGE")) {
    options.onViolation(request.from, error.code);
  }
  if (isCoded(error, ...FINAL_CODES)) throw error;
  if (failures < options.limits.fetchAttempts) return;
  throw new CodedError("NETWORK_TRANSFER_FAILED", `a blob could not be fetched in ${failures} attempts`, {
    hint: "See the peer's link in the status; the transfer is tried again when it is needed.",
    cause: error,
  });
}

/** Tries until the range is complete. */
async function run(
  options: BlobClientOptions,
  request: FetchRequest,
  places: Semaphore,
): Promise<Uint8Array> {
  const {clock, limits} = options;
  const buffer = new FetchBuffer(request);
  for (let failures = 0; ; ) {
    const before = buffer.filled;
    const leave = await places.acquire(request.signal);
    const deadline = createDeadline(clock, limits.progressTimeoutMs, request.signal, () => streamEnded());
    try {
      await attempt(options, request, buffer, deadline);
      return buffer.bytes;
    } catch (error) {
      failures = buffer.filled > before ? 0 : failures + 1;
      checkRetry(options, request, error, failures);
    } finally {
      leave();
      deadline.end();
    }
    await delay(clock, RETRY_PAUSE_MS * 2 ** failures, request.signal);
  }
}

/** A {@link BlobClient} over the links of `table`. */
export function createBlobClient(options: BlobClientOptions): BlobClient {
  const places = new Map(
    options.table.links().map(({peer}) => [peer, createSemaphore(MAX_FETCHES_PER_PEER)]),
  );
  return async (request) => {
    const own = places.get(options.table.demand(request.from).peer) ?? createSemaphore(1);
    const linked = linkSignals(request.signal, options.signal);
    try {
      return await run(options, {...request, signal: linked.signal}, own);
    } finally {
      linked.end();
    }
  };
}
