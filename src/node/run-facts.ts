import {consortiumId, type Identity, runId} from "../consortium/index.ts";
import type {Clock, Logger} from "../core/index.ts";
import {planStages, type Stages} from "../participant/index.ts";
import type {StateDirectory} from "../storage/index.ts";
import {readIdentity} from "./read-identity.ts";
import {
  delegationDays,
  memberOf,
  type OpenedSite,
  openSite,
  RENEW_WITHIN_DAYS,
  type SiteChecks,
} from "./site/site.ts";
import type {EventFeed} from "./watch/event-feed.ts";

/** The files, papers and key from which the facts of a run follow. */
interface FactSources extends Omit<SiteChecks, "peerId"> {
  readonly state: StateDirectory;
  /** Number of the plan's run, from 1. */
  readonly attempt: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly feed?: EventFeed;
}

/** The facts that a node knows about itself and its run before it opens anything. */
export interface RunFacts {
  readonly identity: Identity;
  readonly site: OpenedSite;
  readonly stages: Stages;
  readonly run: string;
  readonly consortium: string;
  /** Members that train and vote, sorted. */
  readonly members: readonly string[];
}

/** Reads the node's key and the site's data, which must fit the plan. @throws NODE_*, DATA_*, STORAGE_* */
export async function establish(options: FactSources): Promise<RunFacts> {
  const {plan, roster, state} = options;
  options.feed?.emit({type: "opening", step: "data"});
  const identity = await readIdentity(state);
  const {peerId} = identity;
  const days = delegationDays(memberOf({site: options.site, peerId, roster}), options.clock.wallMs());
  if (days !== null && days < RENEW_WITHIN_DAYS)
    options.logger.warn("the delegation of this node's key ends soon: renew it", {
      detail: `${days} more days`,
    });
  const site = await openSite({...options, peerId}, options.logger.child({room: "data"}));
  return {
    identity,
    site,
    stages: planStages(plan.plan, site.features, site.patients),
    run: runId(plan.hash, options.attempt),
    consortium: consortiumId(roster.consortium),
    members: roster.members
      .filter(({role}) => role === "trainer")
      .map(({peerId}) => peerId)
      .sort(),
  };
}
