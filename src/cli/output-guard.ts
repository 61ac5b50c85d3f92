import {visibleText} from "../core/index.ts";

/** An outlet for text: a terminal, a pipe or a file. */
export interface TextSink {
  write(text: string): unknown;
}

type Write = TextSink["write"];

/** How a guarded stream is written to past its guard. */
const unguarded = new WeakMap<TextSink, Write>();

/**
 * Makes every text that is written to `stream` from now on do nothing to a terminal: the one place for whatever comes
 * from peers, files and command lines. Bytes are left alone.
 */
export function guardOutput(stream: NodeJS.WritableStream): void {
  const write = stream.write.bind(stream) as (chunk: unknown, ...rest: readonly unknown[]) => boolean;
  unguarded.set(stream, write);
  stream.write = (chunk: unknown, ...rest: readonly unknown[]) =>
    write(typeof chunk === "string" ? visibleText(chunk) : chunk, ...rest);
}

/** Writes the program's own control sequences, in which nothing foreign may be. */
export function writeControl(sink: TextSink, sequence: string): void {
  const write = unguarded.get(sink) ?? sink.write.bind(sink);
  write(sequence);
}
