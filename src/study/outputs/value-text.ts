/** Keys whose value names the kind of a map and therefore stands alone. */
const NAMING: readonly string[] = ["type", "name", "rule", "mode", "source", "architecture"];

/** Describes a map within a list or another map. */
function innerText(value: unknown): string {
  const text = valueText(value);
  const isMany = typeof value === "object" && value !== null && text.includes(",");
  return isMany ? `(${text})` : text;
}

function entryText([key, value]: readonly [string, unknown]): string {
  return NAMING.includes(key) && typeof value === "string" ? value : `${key} ${innerText(value)}`;
}

/**
 * Describes a setting of an experiment: `ring, steps 4` for `{name: ring, steps: 4}`, `none` for null and for
 * an empty list or map.
 */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(innerText).join(", ");
  if (typeof value !== "object") return typeof value === "string" ? value : JSON.stringify(value);
  const entries = Object.entries(value);
  return entries.length === 0 ? "none" : entries.map(entryText).join(", ");
}
