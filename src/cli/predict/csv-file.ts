import {open} from "node:fs/promises";

function cellText(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Writes a new CSV file that only its owner can read: it names patients. @throws EEXIST when it is there already */
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
