import {open} from "node:fs/promises";

/**
 * The beginning of a text that a spreadsheet takes for a formula, which may send data away or run programs.
 */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const SIGN = /^[+-]$/;

/** Tells whether a spreadsheet would take a text for a formula; numbers and lone signs are none. */
export function isFormula(text: string): boolean {
  return FORMULA.test(text) && !NUMBER.test(text) && !SIGN.test(text);
}

/** Puts an apostrophe, the mark of a text, before a formula (CWE-1236); leaves any other value unchanged. */
function cellText(value: string | number): string {
  const text = typeof value === "string" && isFormula(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Writes a new CSV file that only its owner can read: it names patients. @throws EEXIST if it exists */
export async function writeCsv(
  path: string,
  header: readonly string[],
  rows: Iterable<readonly (string | number)[]>,
): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    const lines = [header, ...rows].map((row) => row.map(cellText).join(","));
    await file.writeFile(`${lines.join("\n")}\n`);
  } finally {
    await file.close();
  }
}
