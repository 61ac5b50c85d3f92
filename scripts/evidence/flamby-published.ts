import {readFile} from "node:fs/promises";
import path from "node:path";
import {sharedDataFolder} from "../shared-data-folder.ts";

/** FLamby's committed results of one data set: the figures of the seeds, by method and test. */
export type PublishedResults = ReadonlyMap<string, readonly number[]>;

/** The key of {@link PublishedResults}. */
export function publishedKey(method: string, test: string): string {
  return `${method} | ${test}`;
}

/**
 * Reads `flamby-results/PREFIX_seedN.csv`. No cell holds a comma or a quotation mark.
 * @param prefix heart or tcga
 */
export async function readPublished(prefix: string, seeds: readonly number[]): Promise<PublishedResults> {
  const figures = new Map<string, number[]>();
  for (const seed of seeds) {
    const file = path.join(sharedDataFolder(), "flamby-results", `${prefix}_seed${seed}.csv`);
    const [header = "", ...lines] = (await readFile(file, "utf8")).trim().split(/\r?\n/);
    const columns = header.split(",");
    for (const line of lines) {
      const cells = line.split(",");
      const cell = (name: string): string => cells[columns.indexOf(name)] ?? "";
      const key = publishedKey(cell("Method"), cell("Test"));
      figures.set(key, [...(figures.get(key) ?? []), Number(cell("Metric"))]);
    }
  }
  return figures;
}
