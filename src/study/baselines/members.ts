import {at} from "../../core/index.ts";
import {type PatientMatrix, type Standardiser, standardise} from "../../data/index.ts";
import {siteCount} from "../../node/index.ts";
import type {SiteData} from "../../simulation/index.ts";
import type {Learning} from "./experiment.ts";
import {standardisersOf} from "./site-scaling.ts";

/** A site in a federation that runs on one machine. */
export interface FederatedMember {
  readonly name: string;
  /** Scaled train rows. */
  readonly rows: PatientMatrix;
  readonly standardiser: Standardiser;
  /** p = n / N0, with n as the plan counts it. */
  readonly share: number;
}

/** Returns all sites with their scaled rows, by the plan's standardisation. */
export function federatedMembers(learning: Learning, sites: readonly SiteData[]): FederatedMember[] {
  const {weights} = learning.plan;
  const shares = sites.map(({name, split}) => siteCount(split.train, weights, name) / weights.reference);
  const standardisers = standardisersOf(learning, sites, shares);
  return sites.map(({name, split}, index) => {
    const standardiser = at(standardisers, index);
    const share = at(shares, index);
    return {name, rows: standardise(split.train, standardiser), standardiser, share};
  });
}
