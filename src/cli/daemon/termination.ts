/** Signals that ask a process to end, with the status of one that ends at once: 128 + the signal's number. */
const STATUS_AT_ONCE = {SIGTERM: 143, SIGINT: 130, SIGHUP: 129} as const;

/** A signal that asks a process to end; SIGHUP comes when its terminal closes. */
export type TerminationSignal = keyof typeof STATUS_AT_ONCE;

/** Resolves with the signal when the process is first asked to end; the second time it ends at once. */
export function terminationRequest(): Promise<TerminationSignal> {
  return new Promise((resolve) => {
    let isAsked = false;
    for (const signal of Object.keys(STATUS_AT_ONCE) as TerminationSignal[]) {
      process.on(signal, () => {
        // A terminal that closes may send it twice, from the shell and from the kernel.
        if (isAsked && signal !== "SIGHUP") process.exit(STATUS_AT_ONCE[signal]);
        isAsked = true;
        resolve(signal);
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
