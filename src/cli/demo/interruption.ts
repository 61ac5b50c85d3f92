/** Signals by which a person or a service manager ends the demo, with their exit statuses in shells. */
const STATUS_OF_SIGNAL = {SIGHUP: 129, SIGINT: 130, SIGTERM: 143} as const;

/** The reason with which the demo ends on request. */
export interface Interruption {
  /** The exit status. */
  readonly status: number;
}

/** Listens for the signals that end a process, instead of ending it. */
export interface InterruptionWatch {
  /** Aborts, with an {@link Interruption} as its reason. */
  readonly signal: AbortSignal;
  /** Stops listening: the signals end the process again. */
  stop(): void;
}

/** Tells whether `value` is the reason with which a watch's signal aborted. */
export function isInterruption(watch: InterruptionWatch, value: unknown): value is Interruption {
  return watch.signal.aborted && value === watch.signal.reason;
}

/** Starts an {@link InterruptionWatch}; a signal that is repeated while the first is handled does nothing. */
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
