import {errorLine, isCoded, type Logger} from "../core/index.ts";
import type {EventFeed} from "./watch/event-feed.ts";

/** Codes of attempts to let something leave that may not. */
const EGRESS_CODES: readonly string[] = [
  "NETWORK_RELEASE_REQUIRED",
  "PRIVACY_NOT_FINITE",
  "PRIVACY_NOT_RELEASED",
  "PRIVACY_WRONG_WEIGHT",
];

/** The reason that keeps the node from going on, for its callers and its observers. */
export interface Failure {
  readonly promise: Promise<never>;
  /** Its code; null while nothing has failed. */
  code(): string | null;
  fail(error: unknown): void;
}

/** A {@link Failure} that has not happened. @param hasEnded tells whether the run has ended */
export function createFailure(feed: EventFeed, logger: Logger, hasEnded: () => boolean): Failure {
  let reject: (error: unknown) => void = () => {};
  let code: string | null = null;
  const promise = new Promise<never>((_, onReason) => {
    reject = onReason;
  });
  promise.catch(() => {});
  return {
    promise,
    code: () => code,
    fail(error) {
      code ??= isCoded(error) ? error.code : "bug";
      if (EGRESS_CODES.includes(code)) feed.emit({type: "egress-blocked", reason: code});
      // After the run nobody waits for its outcome any more; before that, the waiting caller logs the error,
      // once.
      if (hasEnded()) logger.error("the node cannot go on", {error: errorLine(error)});
      else reject(error);
    },
  };
}
