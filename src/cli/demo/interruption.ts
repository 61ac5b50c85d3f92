/** Signals by which a person or a service manager ends the demo, with the exit status that shells give them. */
const STATUS_OF_SIGNAL = {SIGHUP: 129, SIGINT: 130, SIGTERM: 143} as const;

/** What the demo ends with when it is asked to. */
export interface Interruption {
  /** The exit status. */
  readonly status: number;
}

/** Listens for the signals that end a process, in place of ending it. */
export interface InterruptionWatch {
  /** Aborts, with an {@link Interruption} as its reason. */
  readonly signal: AbortSignal;
  /** Leaves the signals to the process again. */
  stop(): void;
}

/** Whether `value` is what a watch's signal aborted with. */
export function isInterruption(watch: InterruptionWatch, value: unknown): value is Interruption {
  return watch.signal.aborted && value === watch.signal.reason;
}

/** Starts an {@link InterruptionWatch}; a signal that comes again while the first is handled changes nothing. */
export function watchInterruption(): InterruptionWatch {
  const controller = new AbortController();
  const listeners = Object.entries(STATUS_OF_SIGNAL).map(([name, status]) => {
    const listener = (): void => controller.abort({status} satisfies Interruption);
    process.on(name, listener);
    return {name, listener};
  });
  return {
    signal: controller.signal,
    stop() {
      for (const {name, listener} of listeners) process.off(name, listener);
    },
  };
}
