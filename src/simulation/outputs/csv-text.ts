/** What a cell of a table can hold; null is an empty cell. */
export type CsvCell = string | number | boolean | null;

function cellText(cell: CsvCell): string {
  const text = cell === null ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A table as text: cells quoted where RFC 4180 asks for it, lines ended by LF, numbers in the shortest form that reads
 * back as the same number.
 */
export function csvText(header: readonly string[], rows: Iterable<readonly CsvCell[]>): string {
  return [header, ...rows].map((row) => `${row.map(cellText).join(",")}\n`).join("");
}
