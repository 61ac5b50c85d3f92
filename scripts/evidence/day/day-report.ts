import {agreement, type Second} from "./agreement.ts";
import type {Incident} from "./script.ts";

/** What a day came to. */
export interface DayReport {
  readonly seed: number;
  readonly deadline_seconds: number;
  readonly day_seconds: number;
  readonly left_out: readonly string[];
  /** Of all seconds at all nodes, how many agree, give or take so many seconds. */
  readonly agreement: {readonly exact: number; readonly within_3_s: number; readonly within_10_s: number};
  readonly nodes: readonly {
    readonly site: string;
    readonly seconds: number;
    readonly healthy_seconds: number;
    readonly expected_seconds: number;
    readonly within_10_s: number;
    readonly parts: number;
  }[];
  readonly incidents: readonly {
    readonly mishap: string;
    readonly site: string;
    readonly from_seconds: number;
    readonly to_seconds: number;
    /** From the beginning of the mishap until the node said that it is not healthy; null: it never did meanwhile. */
    readonly unhealthy_after_seconds: number | null;
    /** From its end until the node said that it is healthy again; null: not before the next. */
    readonly healthy_after_seconds: number | null;
    /** Of the seconds of all nodes, from its beginning to the next one's. */
    readonly within_10_s: number;
  }[];
}

/** An incident with when it really happened, in seconds since the beginning. */
export interface Happened extends Incident {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** What was seen of a node. */
export interface WatchedNode {
  readonly site: {readonly name: string};
  readonly seconds: readonly Second[];
  /** Certificates with its part. */
  readonly parts: number;
}

/** What a day was. */
export interface DayFacts {
  readonly seed: number;
  readonly daySeconds: number;
  readonly deadlineSeconds: number;
}

/** Sums up a day. @param leftOut what could not be brought about here, and why */
export function reportOf(
  watched: readonly WatchedNode[],
  incidents: readonly Happened[],
  {seed, daySeconds, deadlineSeconds}: DayFacts,
  leftOut: readonly string[],
): DayReport {
  const rounded = (value: number): number => Number(value.toFixed(4));
  // Each node is held against its own certificates; their shares count by seconds.
  const within = (toleranceSeconds: number, from = 0, to = Number.POSITIVE_INFINITY): number => {
    const shares = watched.map(({seconds}) => {
      const inside = seconds.filter(({atSeconds}) => atSeconds >= from && atSeconds < to);
      return {count: inside.length, good: agreement(inside, toleranceSeconds, seconds) * inside.length};
    });
    const count = shares.reduce((sum, share) => sum + share.count, 0);
    return rounded(shares.reduce((sum, share) => sum + share.good, 0) / count);
  };
  const firstAfter = (site: string, from: number, to: number, wanted: boolean): number | null => {
    const seconds = watched.find((one) => one.site.name === site)?.seconds ?? [];
    const found = seconds.find(
      ({atSeconds, isHealthy}) => atSeconds >= from && atSeconds < to && isHealthy === wanted,
    );
    return found === undefined ? null : rounded(found.atSeconds - from);
  };
  return {
    seed,
    deadline_seconds: deadlineSeconds,
    day_seconds: daySeconds,
    left_out: leftOut,
    agreement: {exact: within(0), within_3_s: within(3), within_10_s: within(10)},
    nodes: watched.map(({site: {name}, seconds, parts}) => ({
      site: name,
      seconds: seconds.length,
      healthy_seconds: seconds.filter(({isHealthy}) => isHealthy).length,
      expected_seconds: seconds.filter(({isExpected}) => isExpected).length,
      within_10_s: rounded(agreement(seconds, 10)),
      parts,
    })),
    incidents: incidents.map(({mishap, site, fromSeconds, toSeconds}, index) => {
      const next = incidents[index + 1]?.fromSeconds ?? daySeconds;
      return {
        mishap,
        site,
        from_seconds: rounded(fromSeconds),
        to_seconds: rounded(toSeconds),
        unhealthy_after_seconds: firstAfter(site, fromSeconds, next, false),
        healthy_after_seconds: firstAfter(site, toSeconds, next, true),
        within_10_s: within(10, fromSeconds, next),
      };
    }),
  };
}
