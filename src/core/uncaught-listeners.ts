import process from "node:process";

/** A listener for uncaught errors and rejections. */
export interface UncaughtListener {
  readonly event: "uncaughtException" | "unhandledRejection";
  readonly listener: (...given: unknown[]) => void;
}

/** The process's listeners for uncaught errors and rejections, in calling order. */
export function uncaughtListeners(): UncaughtListener[] {
  return (["uncaughtException", "unhandledRejection"] as const).flatMap((event) =>
    process
      .rawListeners(event)
      .map((listener) => ({event, listener: listener as UncaughtListener["listener"]})),
  );
}

/** Adds those of `listeners` that the process no longer has, after the existing ones. */
export function restoreUncaughtListeners(listeners: readonly UncaughtListener[]): void {
  const present = new Set(uncaughtListeners().map(({listener}) => listener));
  for (const {event, listener} of listeners) if (!present.has(listener)) process.on(event, listener);
}
