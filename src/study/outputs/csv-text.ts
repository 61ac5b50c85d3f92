/** Content of a cell of a table; null is an empty cell. */
export type CsvCell = string | number | boolean | null;

function cellText(cell: CsvCell): string {
  const text = cell === null ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Formats a table as text. Cells are quoted if RFC 4180 requires it, lines end with LF, and numbers have the
 * shortest form that reads back as the same number.
 */
export function csvText(header: readonly string[], rows: Iterable<readonly CsvCell[]>): string {
  return [header, ...rows].map((row) => `${row.map(cellText).join(",")}\n`).join("");
}
