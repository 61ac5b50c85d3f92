import {type BodyRules, bodyHash, genesisHash} from "./certificate.ts";
import {majority} from "./quorum.ts";
import type {Certified, SessionSetup} from "./types.ts";

/**
 * What the body of the round after `parent` must agree with.
 * @param isNext false where rounds in between were missed, so that the body's own parent is not known
 */
export function rulesAfter(setup: SessionSetup, parent: Certified | null, isNext: boolean): BodyRules {
  const {run, roster, members, start, weightShare, primitives} = setup;
  const body = parent?.certificate.body;
  const isFirst = isNext && body === undefined;
  const parentHash = body === undefined ? genesisHash(primitives.hash, run) : bodyHash(primitives.hash, body);
  return {
    run,
    roster,
    members,
    parent: isNext ? parentHash : null,
    previousPeak: body?.peakWeight ?? 0,
    minimumContributors: Math.max(majority(members.length), isFirst ? start.members : 0),
    minimumWeight: isFirst ? start.weight : 0,
    weightShare,
  };
}
