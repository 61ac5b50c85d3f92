import type {Closable} from "../core/index.ts";
import type {EventFeed} from "../node/index.ts";
import type {Opening} from "./answers/starting-answer.ts";

/** Knows which part a starting node is opening. */
export interface OpeningWatch extends Closable {
  /** Null before the node has said. */
  now(): Opening | null;
}

/** Creates an {@link OpeningWatch} that listens to the feed. */
export function watchOpening(feed: Pick<EventFeed, "subscribe">): OpeningWatch {
  let opening: Opening | null = null;
  const subscription = feed.subscribe(null, ({event, wallMs}) => {
    if (event.type === "opening") opening = {step: event.step, sinceWallMs: wallMs};
  });
  return {
    now: () => opening,
    close: async () => subscription.cancel(),
  };
}
