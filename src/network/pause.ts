import type {CancelTimer, Clock} from "../core/index.ts";

/** The sleep of a loop that can be woken. */
export interface Pause {
  /**
   * Resolves after `pauseMs`, when woken, or when the signal aborts; at once if it was woken since the last
   * sleep.
   */
  sleep(pauseMs: number): Promise<void>;
  /** Ends the present sleep, or else the next one before it begins. */
  wake(): void;
  /** Ends the present sleep, if there is one. */
  nudge(): void;
}

/** Creates a {@link Pause} that ends with `signal`. */
export function createPause(clock: Clock, signal: AbortSignal): Pause {
  let isWoken = false;
  let endSleep: (() => void) | undefined;
  return {
    sleep: (pauseMs) =>
      new Promise((resolve) => {
        let cancel: CancelTimer = () => {};
        const end = (): void => {
          cancel();
          endSleep = undefined;
          isWoken = false;
          signal.removeEventListener("abort", end);
          resolve();
        };
        if (isWoken || signal.aborted) {
          end();
          return;
        }
        endSleep = end;
        signal.addEventListener("abort", end, {once: true});
        cancel = clock.after(pauseMs, end, {unref: true});
      }),
    nudge: () => endSleep?.(),
    wake() {
      isWoken = true;
      endSleep?.();
    },
  };
}
