import {type BodyRules, bodyHash, genesisHash} from "../certificate.ts";
import type {Deadlines} from "../deadline.ts";
import {leaderOrder, quorumSize} from "../quorum.ts";
import type {Certified, SessionSetup} from "../types.ts";
import type {RoundSetup} from "./round-state.ts";

/** The part of a session's setup on which the rules of its bodies depend. */
export type RulesSetup = Pick<
  SessionSetup,
  "run" | "roster" | "members" | "start" | "weightShare" | "quorum"
> & {readonly primitives: Pick<SessionSetup["primitives"], "hash">};

/**
 * The rules that the body of the round after `parent` must satisfy.
 * @param isNext false if rounds in between were missed, which leaves the body's own parent unknown
 */
export function rulesAfter(
  setup: RulesSetup,
  parent: Pick<Certified, "certificate"> | null,
  isNext: boolean,
): BodyRules {
  const {run, roster, members, start, weightShare, primitives} = setup;
  const body = parent?.certificate.body;
  const isFirst = isNext && body === undefined;
  const quorum = quorumSize(setup.quorum, members.length);
  const parentHash = body === undefined ? genesisHash(primitives.hash, run) : bodyHash(primitives.hash, body);
  return {
    run,
    roster,
    members,
    quorum,
    parent: isNext ? parentHash : null,
    previousPeak: body?.peakWeight ?? 0,
    minimumContributors: Math.max(quorum, isFirst ? start.members : 0),
    minimumWeight: isFirst ? start.weight : 0,
    weightShare,
  };
}

/** The round that follows `certified`; null after the last. */
export function roundAfter(
  setup: SessionSetup,
  certified: Certified | null,
  deadlines: Deadlines,
): RoundSetup | null {
  const {self, run, rounds, members, start, limits, primitives} = setup;
  const round = certified === null ? 0 : certified.certificate.body.round + 1;
  if (round >= rounds) return null;
  const rules = rulesAfter(setup, certified, true);
  return {
    self,
    round,
    rules,
    spec: setup.specOf(round, certified),
    opening: {members: rules.minimumContributors, waitMs: round === 0 ? start.waitMs : null},
    order: leaderOrder(primitives.hash, run, round, members),
    primitives,
    limits,
    ...deadlines,
  };
}
