import {
  externalSplit,
  FIRST_FAULT,
  type LocatedTask,
  leftOutText,
  readSite,
  type SealedSplit,
  type SiteTable,
  splitSite,
} from "../data/index.ts";

/** One site's sealed split, read outside a daemon. */
export interface SiteData {
  readonly name: string;
  readonly split: SealedSplit;
}

/** The sites whose data is read. */
export interface SitesQuery extends LocatedTask {
  readonly sites: readonly string[];
  /** The plan's seed, which decides the split. */
  readonly seed: number;
  /** Values for `${NAME}` in the task's `root`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /**
   * Receives, for each site, information about its data and about patients that are left out, for the user.
   */
  readonly tell?: ((site: string, text: string) => void) | undefined;
}

async function readTold(
  {task, folder, variables, tell = () => undefined}: Omit<SitesQuery, "seed" | "sites">,
  site: string,
): Promise<SiteTable> {
  const findings = {
    ...FIRST_FAULT,
    tell: (level: string, text: string): void => tell(site, `${level}: ${text}`),
  };
  const table = await readSite({task, folder, site, variables, findings});
  const leftOut = leftOutText(table);
  if (leftOut !== null) tell(site, `note: left out: ${leftOut}`);
  return table;
}

/**
 * Reads and splits the files of several sites. Only experiments on one machine may do so: no daemon can.
 * @returns one entry a site, in the given order
 * @throws {CodedError} the data room's DATA_* codes
 */
export async function readSites({sites, seed, ...query}: SitesQuery): Promise<SiteData[]> {
  const read: SiteData[] = [];
  for (const name of sites) {
    const table = await readTold(query, name);
    read.push({name, split: splitSite(table, query.task, seed)});
  }
  return read;
}

/**
 * Reads the files of sites that do not train: all their patients are in the test. Only experiments on one
 * machine may do so.
 * @returns one entry a site, in the given order
 * @throws {CodedError} the data room's DATA_* codes
 */
export async function readExternalSites({sites, ...query}: Omit<SitesQuery, "seed">): Promise<SiteData[]> {
  const read: SiteData[] = [];
  for (const name of sites) {
    const table = await readTold(query, name);
    read.push({name, split: externalSplit(table, query.task)});
  }
  return read;
}
