/** Longest document that is parsed: a roster of 10,000 members has about 1,400,000 characters. */
export const MAX_YAML_CHARACTERS = 2 ** 21;

/** Most brackets that are open at once, and most columns before the text of a line: each may be a level. */
const MAX_BRACKETS = 100;
const MAX_INDENTATION = 400;

/**
 * Most entries: lines, items or keys. A roster of 10,000 members has 50,000 to 90,000. For each the parser takes about
 * 25 microseconds on a busy core, and a kilobyte.
 */
const MAX_ENTRIES = 2 ** 17;

/** What ends or begins an entry; a comma at the end of a line counts once. */
const ENTRY = /,[ \t\r]*\n?|\n|[-?][ \t]/g;

/** In which way a document is too large, and where; null for the document as a whole. */
interface Oversize {
  readonly offset: number | null;
  readonly what: string;
}

/** The first place that is nested so deeply that the parser, which keeps the depth on the stack, could end the process. */
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
 * Why the parser may not be given `text`, which is no longer than {@link MAX_YAML_CHARACTERS}; undefined when it may.
 * Brackets and commas in texts count too.
 */
export function oversize(text: string): Oversize | undefined {
  const fault = tooDeep(text);
  if (fault !== undefined) return fault;
  return hasTooManyEntries(text) ? {offset: null, what: `has more than ${MAX_ENTRIES} entries`} : undefined;
}
