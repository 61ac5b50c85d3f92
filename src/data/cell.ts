const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The number that `cell` spells, or undefined. Decimal point only; no blanks, hexadecimal, thousands
 * separators, NaN or infinity.
 */
export function parseNumber(cell: string): number | undefined {
  if (!NUMBER.test(cell)) return undefined;
  const value = Number(cell);
  return Number.isFinite(value) ? value : undefined;
}

/** One spelling for all that mean the same code: "1", "1.0" and 1 are "1"; other text stays as it is, trimmed. */
export function canonicalCode(code: string | number): string {
  const text = String(code).trim();
  const value = parseNumber(text);
  return value === undefined ? text : String(value === 0 ? 0 : value);
}
