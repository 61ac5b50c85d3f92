import {at} from "../../core/index.ts";
/** A message of a stream of Server-Sent Events. */
export interface StreamMessage {
  readonly event: string;
  readonly data: string;
}

/** Receives the parts of a stream of Server-Sent Events. */
export interface StreamSink {
  message(message: StreamMessage): void;
  /** A comment's text. */
  comment(text: string): void;
}

/** A message without an end after this many characters does not come from a daemon. */
const MAX_PENDING_CHARACTERS = 1024 * 1024;

function take(block: string, sink: StreamSink): void {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "") sink.comment(value);
    else if (name === "event") event = value;
    else if (name === "data") data.push(value);
  }
  if (data.length > 0) sink.message({event, data: data.join("\n")});
}

/**
 * Takes the text of a stream of Server-Sent Events in parts of any size, and passes on complete messages.
 * Lines end in a line feed, as a daemon's do.
 * @returns false if no daemon sends such a stream
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function createStreamReader(sink: StreamSink): (text: string) => boolean {
  let pending = "";
  return (text) => {
    const blocks = (pending + text).split("\n\n");
    pending = at(blocks, blocks.length - 1);
    for (const block of blocks.slice(0, -1)) take(block, sink);
    return pending.length <= MAX_PENDING_CHARACTERS;
  };
}
