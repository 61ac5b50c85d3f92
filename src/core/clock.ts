/** Cancels a timer. Calling it again, or after the timer fired, does nothing. */
export type CancelTimer = () => void;

/** The time that the program uses. The simulator and the tests can replace it. */
export interface Clock {
  /** Milliseconds since an arbitrary origin, never going back. */
  nowMs(): number;
  /** Wall-clock time in milliseconds since the Unix epoch, for records that people read. */
  wallMs(): number;
  /** Calls `action` once, `delayMs` from now. With `unref`, the timer does not keep the process alive. */
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

/** Resolves after `delayMs`, or rejects with the signal's reason if it aborts first. */
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
