/**
 * Characters that a terminal obeys instead of showing: C0 controls except tab and line feed, DEL, C1
 * controls, marks that change the direction of text and make it read differently (Trojan Source,
 * CVE-2021-42574), and line separators.
 */
const CONTROLS = /(?![\t\n])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;
const BREAKS = /[\t\n]/g;

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Returns `text` without effect on a terminal. Each control is shown as JSON escapes it, which keeps the
 * value of JSON text. Tabs and line feeds are kept.
 */
export function visibleText(text: string): string {
  return text.replaceAll(CONTROLS, escapeOf);
}

/**
 * Returns {@link visibleText} of something that must stay on one line: tabs and line feeds are escaped too.
 */
export function lineText(text: string): string {
  return visibleText(text).replaceAll(BREAKS, escapeOf);
}
