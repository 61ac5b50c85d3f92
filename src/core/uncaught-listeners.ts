import process from "node:process";

/** A listener for what nobody caught. */
export interface UncaughtListener {
  readonly event: "uncaughtException" | "unhandledRejection";
  readonly listener: (...given: unknown[]) => void;
}

/** The process's listeners for what nobody caught, in the order in which they are called. */
export function uncaughtListeners(): UncaughtListener[] {
  return (["uncaughtException", "unhandledRejection"] as const).flatMap((event) =>
    process
      .rawListeners(event)
      .map((listener) => ({event, listener: listener as UncaughtListener["listener"]})),
  );
}

/** Adds those of `listeners` that the process has no longer, after those that it has. */
export function restoreUncaughtListeners(listeners: readonly UncaughtListener[]): void {
  const present = new Set(uncaughtListeners().map(({listener}) => listener));
  for (const {event, listener} of listeners) if (!present.has(listener)) process.on(event, listener);
}
