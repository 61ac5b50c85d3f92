import type {NetworkLimits} from "./types.ts";

/** Largest frame that `send` takes, in bytes. */
export const MAX_FRAME_BYTES = 256 * 1024;

/** Limits unless the caller sets others: a gigabyte, and patience for slow hospital lines. */
export const DEFAULT_LIMITS: NetworkLimits = {
  maxBlobBytes: 1024 ** 3,
  progressTimeoutMs: 30_000,
  fetchAttempts: 5,
  handshakeTimeoutMs: 15_000,
  heartbeatMs: 5_000,
  silenceTimeoutMs: 90_000,
  redialMaxMs: 30_000,
  roundBytes: 1024 ** 3,
};
