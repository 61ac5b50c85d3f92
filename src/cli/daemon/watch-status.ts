import {type Clock, delay, isCoded} from "../../core/index.ts";
import {type StatusResponse, statusResponseSchema} from "../../status/index.ts";
import type {CliErrorCode} from "../errors.ts";
import {askDaemon} from "./ask-daemon.ts";
import {followEvents} from "./follow-events.ts";
import type {StatusTarget} from "./status-client.ts";

/** An event is shown within this time, and a burst of them only once. */
const LOOK_MS = 500;
/** Looks between two requests for the status without events: bytes and round trips change without one. */
const LOOKS_BETWEEN = 10;
const PASSING: readonly CliErrorCode[] = ["CLI_STATUS_UNREACHABLE", "CLI_STATUS_STARTING"];

/** The end of a watch, and its clock. */
export interface WatchOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** Receives the status that a watch sees. */
export interface StatusViewer {
  show(answer: StatusResponse): void;
  /** Called once when the daemon does not answer. */
  lost(): void;
}

function isPassing(error: unknown): boolean {
  return isCoded(error) && PASSING.some((code) => code === error.code);
}

/**
 * Shows a daemon's status, and shows it again whenever something has happened, until the signal aborts. Waits
 * for a daemon that was there and has gone away.
 * @throws CLI_STATUS_UNREACHABLE, CLI_STATUS_STARTING at first; CLI_STATUS_REFUSED, CLI_STATUS_FOREIGN
 */
export async function watchStatus(
  target: StatusTarget,
  {signal, clock}: WatchOptions,
  viewer: StatusViewer,
): Promise<void> {
  let isStale = true;
  let isThere: boolean | null = null;
  const stale = (): void => {
    isStale = true;
  };
  const look = async (): Promise<void> => {
    isStale = false;
    try {
      const answer = await askDaemon(target, "/v1/status", statusResponseSchema);
      isThere = true;
      viewer.show(answer);
    } catch (error) {
      if (isThere === null || !isPassing(error)) throw error;
      if (isThere) viewer.lost();
      isThere = false;
    }
  };
  await look();
  const reader = {event: stale, gap: stale, lost: stale, back: stale};
  // Events only say when to look; without them, the looks in between remain.
  followEvents(target, {after: null, signal, clock}, reader).catch(() => {});
  for (let looks = 1; !signal.aborted; looks += 1) {
    await delay(clock, LOOK_MS, signal).catch(() => {});
    if (!signal.aborted && (isStale || looks % LOOKS_BETWEEN === 0)) await look();
  }
}
