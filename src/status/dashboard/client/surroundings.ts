/** The parts of a browser that the page needs to talk to its node. */
export interface Surroundings {
  /** The browser's clock, in ms since the Unix epoch. */
  nowMs(): number;
  /** Calls `action` once, after `ms`. @returns a function that cancels it */
  after(ms: number, action: () => void): () => void;
  /** The browser's own. */
  readonly fetch: (path: string, request: RequestInit) => Promise<Response>;
}

/** Resolves after `ms`, or when `signal` is aborted. */
export function pause({after}: Pick<Surroundings, "after">, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const cancel = after(ms, end);
    signal.addEventListener("abort", end);
  });
}
