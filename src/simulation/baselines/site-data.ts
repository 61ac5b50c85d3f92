import {externalSplit, type LocatedTask, readSite, type SealedSplit, splitSite} from "../../data/index.ts";

/** One site's sealed split, read outside a daemon. */
export interface SiteData {
  readonly name: string;
  readonly split: SealedSplit;
}

/** Whose data is read. */
export interface SitesQuery extends LocatedTask {
  readonly sites: readonly string[];
  /** Of the plan: it decides the split. */
  readonly seed: number;
  /** Values for `${NAME}` in the task's `root`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads and splits the files of several sites. Only experiments on one machine may do so: no daemon can.
 * @returns one entry a site, in the order asked for
 * @throws {CodedError} the data room's DATA_* codes
 */
export async function readSites({task, folder, sites, seed, variables}: SitesQuery): Promise<SiteData[]> {
  const read: SiteData[] = [];
  for (const name of sites) {
    const table = await readSite({task, folder, site: name, variables});
    read.push({name, split: splitSite(table, task, seed)});
  }
  return read;
}

/**
 * Reads the files of sites that train on nobody: all their patients are in the test. Only experiments on one machine
 * may do so.
 * @returns one entry a site, in the order asked for
 * @throws {CodedError} the data room's DATA_* codes
 */
export async function readExternalSites({
  task,
  folder,
  sites,
  variables,
}: Omit<SitesQuery, "seed">): Promise<SiteData[]> {
  const read: SiteData[] = [];
  for (const name of sites) {
    const table = await readSite({task, folder, site: name, variables});
    read.push({name, split: externalSplit(table, task)});
  }
  return read;
}
