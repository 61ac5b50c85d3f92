import type {Random} from "../../../src/core/index.ts";

/** What happens to a hospital. */
export type Mishap = "kill" | "freeze" | "cut" | "restart" | "full-disk" | "slow";

/** Something that happens to a hospital for a while. */
export interface Incident {
  readonly mishap: Mishap;
  readonly site: string;
  readonly lastsSeconds: number;
}

/** What a script is written for. */
export interface ScriptOptions {
  readonly sites: readonly string[];
  /** The only one whose disk can get full. */
  readonly siteWithSmallDisk: string | null;
  /** Longest that a mishap lasts. */
  readonly longestSeconds: number;
}

const ALL: readonly Mishap[] = ["kill", "freeze", "cut", "restart", "full-disk", "slow"];
/** The least that a mishap lasts. */
const SHORTEST_SECONDS = 8;

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({item, key: random.uniform()}))
    .sort((a, b) => a.key - b.key)
    .map(({item}) => item);
}

/** Mishaps one after the other, without end: all kinds in ever new order. */
export function* writeScript(options: ScriptOptions, random: Random): Generator<Incident, never> {
  const {sites, siteWithSmallDisk, longestSeconds} = options;
  const possible = ALL.filter((mishap) => mishap !== "full-disk" || siteWithSmallDisk !== null);
  for (;;) {
    for (const mishap of shuffled(possible, random)) {
      const lastsSeconds = Math.round(
        SHORTEST_SECONDS + random.uniform() * (longestSeconds - SHORTEST_SECONDS),
      );
      const any = sites[random.below(sites.length)] ?? "";
      const site = mishap === "full-disk" && siteWithSmallDisk !== null ? siteWithSmallDisk : any;
      yield {mishap, site, lastsSeconds};
    }
  }
}
