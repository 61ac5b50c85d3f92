/** Cancels a timer; calling it twice, or after the timer fired, does nothing. */
export type CancelTimer = () => void;

/** Time as the rest of the house sees it, so that the simulator and the tests can own it. */
export interface Clock {
  /** Milliseconds since an arbitrary origin, never going back. */
  nowMs(): number;
  /** Wall-clock time in milliseconds since the Unix epoch, for records that people read. */
  wallMs(): number;
  /** Calls `action` once, `delayMs` from now. The timer does not keep the process alive when `unref` is set. */
  after(delayMs: number, action: () => void, options?: {readonly unref?: boolean}): CancelTimer;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, action, options) {
    const timer = setTimeout(action, Math.max(0, delayMs));
    if (options?.unref === true) timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or rejects with the signal's reason when it aborts first. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, {once: true});
  });
}
