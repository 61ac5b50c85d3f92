/** Headers that carry a token, or none. */
export type TokenHeaders = Readonly<{authorization?: string}>;

/** Keeps the token, in memory alone, and lets requests wait for it. */
export interface TokenGate {
  /** The headers that carry the token; empty without one. */
  headers(): TokenHeaders;
  /** Notes that the server refused `used`; resolves when there is another token. */
  refused(used: TokenHeaders): Promise<void>;
  give(token: string): void;
}

/**
 * Creates a gate without a token; it calls `onNeed` when one is asked for, and says whether the one before
 * was wrong.
 */
export function createTokenGate(onNeed: (need: "asked" | "wrong" | "given") => void): TokenGate {
  let headers: TokenHeaders = {};
  let waiting: (() => void)[] = [];
  return {
    headers: () => headers,
    async refused(used) {
      if (used.authorization !== headers.authorization) return;
      onNeed(used.authorization === undefined ? "asked" : "wrong");
      await new Promise<void>((resolve) => void waiting.push(resolve));
    },
    give(token) {
      headers = {authorization: `Bearer ${token}`};
      const released = waiting;
      waiting = [];
      onNeed("given");
      for (const release of released) release();
    },
  };
}
