const SIGNALS = ["SIGTERM", "SIGINT"] as const;
/** 128 + the signal's number, as shells have it. */
const STATUS_AT_ONCE = {SIGTERM: 143, SIGINT: 130} as const;

/** Resolves when the process is first asked to end; the second time it ends at once. */
export function terminationRequest(): Promise<void> {
  return new Promise((resolve) => {
    let isAsked = false;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (isAsked) process.exit(STATUS_AT_ONCE[signal]);
        isAsked = true;
        resolve();
      });
    }
  });
}

/** Aborts when the process is first asked to end. */
export function terminationSignal(): AbortSignal {
  const ending = new AbortController();
  void terminationRequest().then(() => ending.abort());
  return ending.signal;
}
