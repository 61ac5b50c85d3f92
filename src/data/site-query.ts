import {CodedError, closestName} from "../core/index.ts";
import type {DataErrorCode} from "./errors.ts";
import type {Findings} from "./findings.ts";
import type {LocatedTask} from "./task/task.ts";

/** A request for the data of a site. */
export interface SiteQuery extends LocatedTask {
  /** A name under the task's `sites`. */
  readonly site: string;
  /** Values for `${NAME}` in the task's `root`, such as the process environment. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Receives the findings while the data are read; without it, the first fault ends the reading. */
  readonly findings?: Findings | undefined;
}

/**
 * The files that `task` lists for `site`.
 * @throws {CodedError} DATA_SITE_UNKNOWN
 */
export function siteFiles<Files>(
  {name, sites}: {readonly name: string; readonly sites: Readonly<Record<string, Files>>},
  site: string,
): Files {
  const files = Object.hasOwn(sites, site) ? sites[site] : undefined;
  if (files !== undefined) return files;
  const names = Object.keys(sites);
  const meant = closestName(site, names);
  throw new CodedError<DataErrorCode>("DATA_SITE_UNKNOWN", `task ${name}: lists no site "${site}"`, {
    hint: meant === undefined ? `Known: ${names.join(", ")}.` : `Did you mean "${meant}"?`,
  });
}
