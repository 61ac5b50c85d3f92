const ELLIPSIS = "\u2026";

/** Approximate width of a letter at a font size of 12 pixels, in the widest of the usual fonts. */
function letterWidth(letter: string): number {
  if (/[WMmw@%]/.test(letter)) return 12;
  return /[ijlrtfI.,:;' |-]/.test(letter) ? 5 : 8;
}

/** Approximate width of `text` in pixels at a font size of 12, rather too large than too small. */
export function textWidth(text: string): number {
  return Array.from(text, letterWidth).reduce((sum, width) => sum + width, 0);
}

/** Cuts a name to at most `most` pixels at a font size of 12, with an ellipsis at its end. */
export function shortText(name: string, most: number): string {
  if (textWidth(name) <= most) return name;
  let kept = name;
  while (kept.length > 1 && textWidth(kept + ELLIPSIS) > most) kept = kept.slice(0, -1);
  return kept + ELLIPSIS;
}
