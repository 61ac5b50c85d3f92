/** Shortest key that can be the beginning of another. */
const LEAST_PREFIX = 3;

/** A way in which tables spell one key differently, and the spelling that they then share. */
interface Spelling {
  readonly cause: string;
  shared(key: string): string;
}

/** Ways that may also be found within one table, each alone; the likelier first. */
const WITHIN_ONE: readonly Spelling[] = [
  {cause: " once upper and lower case are taken as one", shared: (key) => key.toLowerCase()},
  {cause: " once blanks are taken out", shared: (key) => key.replace(/\s+/gu, "")},
  {
    cause: " once a .0 at the end is taken off, which a column of numbers gets",
    shared: (key) => key.replace(/\.0+$/, ""),
  },
  {
    cause: " once leading zeros are taken off, which Excel drops",
    shared: (key) => key.replace(/(^|\D)0+(?=\d)/g, "$1"),
  },
];

/** {@link WITHIN_ONE}, and ways whose difference within one table may well distinguish two patients. */
const SPELLINGS: readonly Spelling[] = [
  ...WITHIN_ONE,
  {
    cause: " once hyphens, underscores, dots and slashes are taken as one",
    shared: (key) => key.replace(/[-_./]+/g, "-"),
  },
];

/** Number of keys without a partner in two tables that would have one if they were spelled alike. */
export interface KeyMismatch {
  readonly keys: number;
  /** Text to follow `they would match those of the other table`. */
  readonly cause: string;
}

function matches(keys: readonly string[], others: readonly string[], shared: Spelling["shared"]): number {
  const known = new Set(others.map(shared));
  return keys.filter((key) => known.has(shared(key))).length;
}

/** The beginnings of `key` that end before a character that is neither a letter nor a digit. */
function beginnings(key: string): string[] {
  const ends = [...key.matchAll(/[^\p{L}\p{N}]/gu)].map(({index}) => index);
  return ends.filter((end) => end >= LEAST_PREFIX).map((end) => key.slice(0, end));
}

function startMatches(keys: readonly string[], longer: readonly string[]): number {
  const known = new Set(longer.flatMap(beginnings));
  return keys.filter((key) => known.has(key)).length;
}

/**
 * The cause that matches most of `keys` with `others`, both without a partner in the other table; undefined
 * if no cause matches any.
 */
export function keyMismatch(keys: readonly string[], others: readonly string[]): KeyMismatch | undefined {
  const otherStarts = new Set(others);
  const candidates: KeyMismatch[] = [
    ...SPELLINGS.map(({cause, shared}) => ({cause, keys: matches(keys, others, shared)})),
    {cause: ", which begin with them", keys: startMatches(keys, others)},
    {
      cause: ", with which they begin",
      keys: keys.filter((key) => beginnings(key).some((start) => otherStarts.has(start))).length,
    },
  ];
  return candidates
    .filter(({keys: count}) => count > 0)
    .reduce<KeyMismatch | undefined>(
      (most, found) => (most === undefined || found.keys > most.keys ? found : most),
      undefined,
    );
}

/**
 * Counts those of `keys`, all of one table, that would equal another one if they were spelled alike: one
 * entry for each cause that explains any.
 * @param keys each once
 */
export function alikeKeys(keys: readonly string[]): readonly KeyMismatch[] {
  const counted = WITHIN_ONE.map(({cause, shared}) => {
    const times = new Map<string, number>();
    for (const key of keys) {
      const spelling = shared(key);
      times.set(spelling, (times.get(spelling) ?? 0) + 1);
    }
    return {cause, keys: [...times.values()].reduce((sum, count) => (count > 1 ? sum + count : sum), 0)};
  });
  return counted.filter(({keys: count}) => count > 0);
}
