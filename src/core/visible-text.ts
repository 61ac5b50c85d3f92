/**
 * What a terminal obeys rather than shows: C0 controls but tab and line feed, DEL, C1 controls; marks that turn the
 * direction of text, by which it reads otherwise than it is (Trojan Source, CVE-2021-42574); separators of lines.
 */
const CONTROLS = /(?![\t\n])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;
const BREAKS = /[\t\n]/g;

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Text that does nothing to a terminal: each control is shown as JSON escapes it, so that JSON stays the same value.
 * Tabs and line feeds are kept.
 */
export function visibleText(text: string): string {
  return text.replaceAll(CONTROLS, escapeOf);
}

/** {@link visibleText} of something that is one line wherever it comes from: tabs and line feeds are escaped too. */
export function lineText(text: string): string {
  return visibleText(text).replaceAll(BREAKS, escapeOf);
}
