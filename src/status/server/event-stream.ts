import type {ServerResponse} from "node:http";
import type {Clock, Closable} from "../../core/index.ts";
import type {EventFeed, StampedEvent} from "../../node/index.ts";
import {eventAnswer} from "../answers/event-answer.ts";

/** Content type of the stream. */
export const EVENT_STREAM_TYPE = "text/event-stream; charset=utf-8";

const KEEP_ALIVE_MS = 15_000;
const RETRY_MS = 2000;
/** A listener that leaves this many bytes unread is cut off; it comes back and names its last event. */
const MAX_UNSENT_BYTES = 1024 * 1024;

/** Options of an event stream. */
export interface EventStreamOptions {
  readonly feed: EventFeed;
  readonly clock: Clock;
  /** The answer, to which nothing has been written yet. */
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  /** Id of the last event that the listener has; null for one that is new. */
  readonly after: string | null;
  /** Called when the listener has gone. */
  onEnd(): void;
}

function textOf(stamped: StampedEvent): string {
  const answer = eventAnswer(stamped);
  return `id: ${answer.id}\nevent: ${answer.type}\ndata: ${JSON.stringify(answer)}\n\n`;
}

/**
 * Writes events as Server-Sent Events until the listener goes: first those that it missed, then the comment
 * `now`, then each as it comes, with a comment every 15 seconds in between. An event `gap` stands for missed
 * events that are no longer held.
 */
export function openEventStream(options: EventStreamOptions): Closable {
  const {feed, clock, response, headers, after, onEnd} = options;
  let cancelTimer = (): void => {};
  const write = (text: string): void => {
    response.write(text);
    if (response.writableLength > MAX_UNSENT_BYTES) response.destroy();
  };
  const keepAlive = (): void => {
    cancelTimer = clock.after(
      KEEP_ALIVE_MS,
      () => {
        write(": alive\n\n");
        keepAlive();
      },
      {unref: true},
    );
  };
  response.writeHead(200, {...headers, "content-type": EVENT_STREAM_TYPE});
  const {replay, missed, cancel} = feed.subscribe(after, (event) => write(textOf(event)));
  const gap = missed === 0 ? "" : `event: gap\ndata: ${JSON.stringify({type: "gap", missed})}\n\n`;
  response.once("close", () => {
    cancelTimer();
    cancel();
    onEnd();
  });
  write(`retry: ${RETRY_MS}\n\n${gap}${replay.map(textOf).join("")}: now\n\n`);
  keepAlive();
  return {
    close: async () => void response.destroy(),
  };
}
