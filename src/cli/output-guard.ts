import {visibleText} from "../core/index.ts";

/** An outlet for text: a terminal, a pipe or a file. */
export interface TextSink {
  write(text: string): unknown;
}

type Write = TextSink["write"];

/** The functions that write to guarded streams without the guard. */
const unguarded = new WeakMap<TextSink, Write>();

/**
 * Makes all text that is written to `stream` from now on harmless to a terminal: the one place for text from
 * peers, files and command lines. Bytes are left unchanged.
 */
export function guardOutput(stream: NodeJS.WritableStream): void {
  const write = stream.write.bind(stream) as (chunk: unknown, ...rest: readonly unknown[]) => boolean;
  unguarded.set(stream, write);
  stream.write = (chunk: unknown, ...rest: readonly unknown[]) =>
    write(typeof chunk === "string" ? visibleText(chunk) : chunk, ...rest);
}

/** Writes the program's own control sequences, which must contain nothing foreign. */
export function writeControl(sink: TextSink, sequence: string): void {
  const write = unguarded.get(sink) ?? sink.write.bind(sink);
  write(sequence);
}
