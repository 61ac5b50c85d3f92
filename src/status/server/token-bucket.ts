import type {Clock} from "../../core/index.ts";

/** More clients than a node's status has; beyond this number the one heard first is forgotten. */
const MAX_ASKERS = 1024;

/** Number of requests that one client may make. */
export interface RateLimit {
  /** At once. */
  readonly burst: number;
  /** On average. */
  readonly perSecond: number;
}

/** Enough for a dashboard, a scraper and a person; not for guessing a token. */
export const DEFAULT_RATE: RateLimit = {burst: 200, perSecond: 50};

/**
 * Takes a request of a client: a holder of the token, or an address.
 * @returns whether it is within the limit
 */
export type TakeRequest = (asker: string) => boolean;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Creates a token bucket for each client. */
export function createTokenBuckets(clock: Pick<Clock, "nowMs">, {burst, perSecond}: RateLimit): TakeRequest {
  const buckets = new Map<string, Bucket>();
  return (asker) => {
    const nowMs = clock.nowMs();
    const bucket = buckets.get(asker) ?? {tokens: burst, atMs: nowMs};
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) * perSecond) / 1000);
    bucket.atMs = nowMs;
    buckets.set(asker, bucket);
    const [first] = buckets.keys();
    if (buckets.size > MAX_ASKERS && first !== undefined) buckets.delete(first);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
