/** Headers that carry a token, or none. */
export type TokenHeaders = Readonly<{authorization?: string}>;

/** Keeps the token, in memory alone, and lets questions wait for it. */
export interface TokenGate {
  /** The headers that carry the token; none without one. */
  headers(): TokenHeaders;
  /** The server refused `used`: resolves when there is another token. */
  refused(used: TokenHeaders): Promise<void>;
  give(token: string): void;
}

/** A gate without a token; `onNeed` hears when one is asked for, and whether the one before was wrong. */
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
