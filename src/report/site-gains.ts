import type {MetricName} from "../config/index.ts";
import {GOSSIP, localName, METRIC_FACTS, type ResultRow, type SiteRow} from "../study/index.ts";
import {valuesOf} from "./result-groups.ts";

/** The value of joining for a site, on its own test patients. */
export interface SiteGain {
  readonly site: string;
  /** Mean over seeds of the model that it trained alone. */
  readonly alone: number;
  /** Mean over seeds of the network's model. */
  readonly joined: number;
  /** Improvement by the network's model. A value above 0 is better, whatever the direction of the metric. */
  readonly gain: number;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Gains of the sites that have their own test patients, a local model and the network's, in the order of the
 * sites.
 */
export function siteGains(
  rows: readonly ResultRow[],
  sites: readonly SiteRow[],
  metric: MetricName,
): readonly SiteGain[] {
  return sites.flatMap(({name}) => {
    const alone = valuesOf(rows, {method: localName(name), test: name, metric});
    const joined = valuesOf(rows, {method: GOSSIP, test: name, metric});
    if (alone.length === 0 || joined.length === 0) return [];
    const [before, after] = [meanOf(alone), meanOf(joined)];
    const gain = METRIC_FACTS[metric].better === "higher" ? after - before : before - after;
    return [{site: name, alone: before, joined: after, gain}];
  });
}

/** The `count` sites with most train patients, external ones counted by their test, in the given order. */
export function largestSites(sites: readonly SiteRow[], count: number): readonly SiteRow[] {
  if (sites.length <= count) return sites;
  const size = ({train, test}: SiteRow): number => Math.max(train, test);
  const kept = new Set([...sites].sort((a, b) => size(b) - size(a)).slice(0, count));
  return sites.filter((site) => kept.has(site));
}
