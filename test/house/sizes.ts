import type {Source} from "./sources.ts";

/** Largest share of all lines in one room. */
const MOST_OF_ALL = 0.12;
/** Largest number of files side by side in one folder. */
const MOST_FILES = 20;

function addTo(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/** The rooms that hold too much of all lines, and the folders with too many files side by side. */
export function sizeFaults(sources: readonly Source[]): readonly string[] {
  const [lines, files] = [new Map<string, number>(), new Map<string, number>()];
  for (const {file, room, tree} of sources) {
    addTo(lines, room, tree.getLineStarts().length);
    addTo(files, file.slice(0, file.lastIndexOf("/")), 1);
  }
  const all = [...lines.values()].reduce((sum, count) => sum + count, 0);
  return [
    ...[...lines]
      .filter(([, count]) => count > MOST_OF_ALL * all)
      .map(([room, count]) => `src/${room} has ${Math.round((100 * count) / all)} % of all lines`),
    ...[...files]
      .filter(([, count]) => count > MOST_FILES)
      .map(([folder, count]) => `${folder} has ${count} files side by side`),
  ];
}
