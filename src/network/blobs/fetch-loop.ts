import {type Clock, CodedError, delay, isCoded} from "../../core/index.ts";
import {allowListeners, createProgressDeadline, linkSignals, type ProgressDeadline} from "../deadline.ts";
import type {NetworkErrorCode} from "../errors.ts";
import {streamEnded} from "../faults.ts";
import {isViolation} from "../guards/guard.ts";
import type {LinkTable} from "../link-table.ts";
import {checkFetch} from "../options.ts";
import {createSemaphore, type Semaphore} from "../semaphore.ts";
import type {FetchRequest, NetworkLimits, PeerId} from "../types.ts";
import {FetchBuffer} from "./fetch-buffer.ts";

/** Number of fetches from one peer that run at once; further ones wait, because the peer would reset them. */
export const MAX_FETCHES_PER_PEER = 4;

/** Half the shortest pause after an attempt without progress, in ms; it doubles with each further one. */
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

/** Dependencies of a fetch. */
export interface FetchLoopOptions {
  readonly table: LinkTable;
  readonly limits: NetworkLimits;
  readonly clock: Clock;
  /** Ends all fetches. */
  readonly signal: AbortSignal;
  /**
   * Asks once, over the live link, for the bytes that `buffer` lacks; restarts the deadline as bytes arrive.
   */
  attempt(request: FetchRequest, buffer: FetchBuffer, deadline: ProgressDeadline): Promise<void>;
  /** Returns how long a fetch of this many bytes must wait for the peer's budget, in milliseconds. */
  waitMs(peer: PeerId, sizeBytes: number): number;
  /** Called when the peer broke the wire format. */
  onViolation(peer: PeerId, code: NetworkErrorCode): void;
}

/** Throws unless `error`, after `failures` attempts in a row without a new byte, allows another attempt. */
function checkRetry(
  options: FetchLoopOptions,
  request: FetchRequest,
  error: unknown,
  failures: number,
): void {
  request.signal.throwIfAborted();
  if (isViolation(error)) options.onViolation(request.from, error.code);
  if (isCoded(error, ...FINAL_CODES)) throw error;
  if (failures < options.limits.fetchAttempts) return;
  throw new CodedError("NETWORK_TRANSFER_FAILED", `a blob could not be fetched in ${failures} attempts`, {
    hint: "See the peer's link in the status; the transfer is tried again when it is needed.",
    cause: error,
  });
}

/** Tries until the range is complete; each attempt starts where the last one broke off. */
async function run(options: FetchLoopOptions, request: FetchRequest, places: Semaphore): Promise<Uint8Array> {
  const {clock, limits, table} = options;
  const buffer = new FetchBuffer(request);
  for (let failures = 0; ; ) {
    const before = buffer.filled;
    const leave = await places.acquire(request.signal);
    const deadline = createProgressDeadline(clock, limits.progressTimeoutMs, request.signal, () =>
      streamEnded(),
    );
    try {
      await table.whenUp(request.from, deadline.signal);
      await options.attempt(request, buffer, deadline);
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

/** Fetches ranges of peers' blobs, as `Network.fetch`. */
export function createFetch(options: FetchLoopOptions): (request: FetchRequest) => Promise<Uint8Array> {
  const places = new Map(
    options.table.links().map(({peer}) => [peer, createSemaphore(MAX_FETCHES_PER_PEER)]),
  );
  return async (request) => {
    const {peer} = options.table.demand(request.from);
    checkFetch(request, options.limits);
    const own = places.get(peer) ?? createSemaphore(1);
    allowListeners(request.signal);
    const linked = linkSignals(request.signal, options.signal);
    try {
      const waitMs = options.waitMs(peer, request.length);
      if (waitMs > 0) await delay(options.clock, waitMs, linked.signal);
      return await run(options, {...request, signal: linked.signal}, own);
    } finally {
      linked.end();
    }
  };
}
