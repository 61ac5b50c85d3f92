import {visibleText} from "../core/index.ts";

/**
 * A text that a terminal shows and does not obey: file names, files that others wrote and answers of other programs may
 * hold sequences that move the cursor or hide lines. Such a character is told as JSON tells it, so JSON stays what it is.
 */
export function printable(text: string): string {
  return visibleText(text);
}

/** Writes a line, or several, on standard output, {@link printable}. */
export function print(text: string): void {
  console.log(printable(text));
}

/** Writes a line on standard error, for people beside the output, {@link printable}. */
export function printNote(text: string): void {
  console.error(printable(text));
}
