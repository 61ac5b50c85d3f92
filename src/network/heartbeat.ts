import type {CancelTimer, Clock} from "../core/index.ts";

/** Keeps both ends of a quiet link informed that it lives. */
export interface Heartbeat {
  /** Notes that something arrived. */
  heard(): void;
  stop(): void;
}

/** Dependencies and intervals of a heartbeat. */
export interface HeartbeatOptions {
  readonly clock: Clock;
  /** Interval between signs of life, in milliseconds. */
  readonly heartbeatMs: number;
  /** Silence of the peer, in milliseconds, after which the link is given up. */
  readonly silenceTimeoutMs: number;
  /** Sends a sign of life. */
  send(): void;
  /** Called when the peer was silent for too long; the heartbeat has stopped. */
  onSilence(): void;
}

/** Starts a {@link Heartbeat}. */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const {clock, silenceTimeoutMs, send, onSilence} = options;
  const intervalMs = Math.min(options.heartbeatMs, silenceTimeoutMs / 2);
  let lastHeardMs = clock.nowMs();
  let cancel: CancelTimer = () => {};
  const schedule = (): void => {
    const dueMs = clock.nowMs() + intervalMs;
    cancel = clock.after(intervalMs, () => beat(dueMs), {unref: true});
  };
  const beat = (dueMs: number): void => {
    // A late timer means that this node was busy: bytes that the peer sent meanwhile are not yet read.
    const wasBusy = clock.nowMs() > dueMs + intervalMs;
    if (!wasBusy && clock.nowMs() - lastHeardMs > silenceTimeoutMs) {
      onSilence();
      return;
    }
    schedule();
    send();
  };
  schedule();
  return {
    heard() {
      lastHeardMs = clock.nowMs();
    },
    stop: () => cancel(),
  };
}
