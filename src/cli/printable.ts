import {visibleText} from "../core/index.ts";

/**
 * Turns `text` into one that a terminal shows but does not obey. File names, files that others wrote and
 * answers of other programs may hold sequences that move the cursor or hide lines. Such a character is
 * written as in JSON, so JSON stays unchanged.
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
