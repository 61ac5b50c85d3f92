/** A message of a stream of Server-Sent Events. */
export interface SseMessage {
  /** Null if the message has none. */
  readonly id: string | null;
  readonly data: string;
}

/** Reads messages from text that comes in pieces. @returns the messages that each piece completes */
export type SseParser = (text: string) => readonly SseMessage[];

function messageOf(block: string): SseMessage | null {
  let id: string | null = null;
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name, value = ""] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === "id") id = value;
    if (name === "data") data.push(value);
  }
  return data.length === 0 ? null : {id, data: data.join("\n")};
}

/** Creates a parser at the beginning of a stream; it skips comments and messages without data. */
export function createSseParser(): SseParser {
  let rest = "";
  return (text) => {
    const unread = (rest + text).replaceAll("\r\n", "\n");
    const end = unread.lastIndexOf("\n\n");
    if (end < 0) {
      rest = unread;
      return [];
    }
    rest = unread.slice(end + 2);
    return unread
      .slice(0, end)
      .split("\n\n")
      .flatMap((block) => messageOf(block) ?? []);
  };
}
