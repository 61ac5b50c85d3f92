/** Longest document that is parsed: a roster of 10,000 members has about 1,400,000 characters. */
export const MAX_YAML_CHARACTERS = 2 ** 21;

/**
 * Largest number of open brackets, and of columns before the text of a line: each may be a level of nesting.
 */
const MAX_BRACKETS = 100;
const MAX_INDENTATION = 400;

/**
 * Largest number of entries: lines, items or keys. A roster of 10,000 members has 50,000 to 90,000. The
 * parser takes about 25 microseconds on a busy core, and a kilobyte, for each entry.
 */
const MAX_ENTRIES = 2 ** 17;

/** The start or end of an entry. A comma at the end of a line counts once. */
const ENTRY = /,[ \t\r]*\n?|\n|[-?][ \t]/g;

/** The way in which a document is too large, and the place; null for the document as a whole. */
interface Oversize {
  readonly offset: number | null;
  readonly what: string;
}

/**
 * Finds the first place that is nested too deeply: the parser keeps the depth on the stack and could end the
 * process.
 */
function tooDeep(text: string): Oversize | undefined {
  let depth = 0;
  for (const {0: found, index: offset} of text.matchAll(/[[{]|[\]}]|^[ \t]*(?:[-?:][ \t]+)*/gm)) {
    if (found === "]" || found === "}") depth = Math.max(0, depth - 1);
    else if (found === "[" || found === "{") depth += 1;
    if (depth <= MAX_BRACKETS && found.length <= MAX_INDENTATION) continue;
    return {offset, what: "is nested too deeply"};
  }
  return undefined;
}

function hasTooManyEntries(text: string): boolean {
  let entries = 0;
  const found = text.matchAll(ENTRY);
  while (entries <= MAX_ENTRIES && found.next().done !== true) entries += 1;
  return entries > MAX_ENTRIES;
}

/**
 * Returns why the parser may not be given `text`, or undefined if it may. `text` has at most {@link
 * MAX_YAML_CHARACTERS}. Brackets and commas inside texts count too.
 */
export function oversize(text: string): Oversize | undefined {
  const fault = tooDeep(text);
  if (fault !== undefined) return fault;
  return hasTooManyEntries(text) ? {offset: null, what: `has more than ${MAX_ENTRIES} entries`} : undefined;
}
