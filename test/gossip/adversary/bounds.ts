import {expect} from "vitest";
import type {RoundState} from "../../../src/rounds/agreement/round-state.ts";
import {MOST_PAST} from "../../../src/rounds/exchange/past-attempts.ts";

/** Most frames of attempts not yet begun that one round keeps, over all members. */
const MOST_EARLY = 4096;

/**
 * What a round's memory stays below, whatever members say, among `n`:
 * votes - of the ballots from n before to n after the present one, two steps, one of each member;
 * bodies - of the ballots from n before on two each, as a leader's second one shows it a liar, and one of a lock each;
 * ahead - the last start and proposal of each member;
 * held - a ballot's accepted result, one compared with it, one of a lock, and the one of the attempt under way;
 * strangers - pairs of members, none twice;
 * disputes - of each accuser as many as may come to nothing, of which one at a time has up to n parts or asks for them.
 */
export function expectBounded(state: RoundState): void {
  const n = state.setup.rules.members.length;
  const ballots = state.ballot + 1;
  const mostUnproven = Math.max(1, n - state.setup.rules.quorum);
  const disputes = [...state.disputes.values()];
  const asked = [...state.fetches.values()].filter(({purpose}) => purpose.kind === "disputed").length;
  const sizes = {
    votes: [state.votes.size, 2 * (2 * n + 1)],
    votesOfOne: [Math.max(0, ...[...state.votes.values()].map(({size}) => size)), n],
    bodies: [state.bodies.size, 3 * (n + 1) + 2],
    ahead: [state.ahead.length, 2 * n],
    early: [state.early.length, MOST_EARLY + n],
    givenUp: [state.givenUp.size, n],
    ready: [state.ready.size, n],
    heard: [state.heard.size, n],
    excluded: [state.excluded.size, n],
    strangers: [state.strangers.length, n * n],
    held: [state.held.size, 3 * ballots + 1],
    published: [state.published.size, 3 * ballots + 1],
    fetches: [state.fetches.size - asked, n + 1],
    disputedFetches: [asked, n * n],
    disputedParts: [disputes.reduce((sum, {parts}) => sum + parts.size, 0), n * n],
    disputes: [disputes.length, n * mostUnproven],
    unproven: [state.unproven.size, n],
    unprovenOfOne: [Math.max(0, ...state.unproven.values()), mostUnproven],
    past: [state.past.length, MOST_PAST],
    persists: [state.persists.size, 2 * ballots + 2],
  };
  for (const [what, [size, most]] of Object.entries(sizes)) {
    if ((size ?? 0) > (most ?? 0)) expect(size, what).toBeLessThanOrEqual(most ?? 0);
  }
}
