/** Filters that the library has: deflate, shuffle, Fletcher32, n-bit, scale-offset. */
const KNOWN: readonly number[] = [1, 2, 3, 5, 6];

/** @see https://github.com/HDFGroup/hdf5_plugins/blob/master/docs/RegisteredFilterPlugins.md */
const NAMES: Readonly<Record<number, string>> = {
  4: "szip",
  305: "LZO",
  307: "bzip2",
  32_000: "LZF",
  32_001: "Blosc",
  32_004: "LZ4",
  32_008: "bitshuffle",
  32_013: "ZFP",
  32_015: "Zstandard",
  32_017: "SZ",
  32_024: "SZ3",
  32_026: "Blosc2",
};

/** Names of those of `filters` that cannot be undone here, whether or not they were applied to any chunk. */
export function unknownFilters(filters: readonly number[]): string[] {
  return filters.filter((id) => !KNOWN.includes(id)).map((id) => NAMES[id] ?? `HDF5 filter ${id}`);
}
