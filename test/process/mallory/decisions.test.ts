import {beforeAll, describe, expect, it} from "vitest";
import {claimedLock, falseWeight, farBallots, objecting, ownResult, votesForManyBallots} from "./acts.ts";
import {besiege, type Outcome} from "./siege.ts";
import {
  expectHonestModel,
  expectNamed,
  expectNoSlander,
  expectPace,
  expectWellBeing,
  inWindow,
  linesWith,
  OBJECTION,
  show,
  windowOf,
} from "./verdicts.ts";

const REFUSED = "a member's part was refused";
/** An objection costs the accused one attempt, and then its maker its place: no leader hears more in a round. */
const MOST_OBJECTIONS = 4;

const ACTS = [
  {name: "its own result", rounds: 3, leads: 1, script: ownResult},
  {name: "a claimed lock", rounds: 3, script: claimedLock},
  {name: "a false weight", rounds: 2, leads: 1, script: falseWeight},
  {name: "objections", rounds: 4, script: objecting},
  {name: "votes for many ballots", rounds: 3, script: votesForManyBallots(1000)},
  {name: "far ballots", rounds: 3, script: farBallots},
];

describe("a member of four that says in a round what it likes, against three daemons", () => {
  let outcome: Outcome;
  beforeAll(async () => {
    outcome = await besiege({acts: ACTS, rounds: 42});
    if (process.env["MALLORY_SHOW"] === "1") show(outcome);
  }, 240_000);

  for (const {name} of ACTS) {
    it(`decides nothing and keeps no round up by ${name}`, () => {
      const window = windowOf(outcome, name);
      expectHonestModel(outcome, window);
      expectPace(outcome, window);
    });
  }

  it("is named where it proposed what the others did not mix", () => {
    const reason = "it differs from what was mixed here";
    const window = windowOf(outcome, "its own result");
    expectNamed(outcome, window, {message: REFUSED, reason});
  });

  it("is named where it proposed a weight that is not the contributors'", () => {
    expectNamed(outcome, windowOf(outcome, "a false weight"), {message: REFUSED});
  });

  it("is named where it claimed a lock that it has no proof of", () => {
    const reason = "it lacks a quorum's votes";
    expectNamed(outcome, windowOf(outcome, "a claimed lock"), {message: REFUSED, reason});
  });

  it("is named as the one that objects, a handful of times in a round", () => {
    const {first, last} = windowOf(outcome, "objections");
    const told = outcome.survivors.map((survivor) => linesWith(survivor, OBJECTION));
    for (const lines of told) {
      // Beside others' work an honest member may be slow too.
      const certain = lines.filter(({reason}) => reason !== "unreachable");
      for (const {objector} of certain) expect(objector).toBe(outcome.liar.name);
      for (let round = first; round <= last; round++) {
        const {length} = inWindow(lines, {first: round, last: round});
        expect(length, `objections in round ${round}`).toBeLessThanOrEqual(MOST_OBJECTIONS);
      }
    }
    expect(told.flat().length).toBeGreaterThan(0);
  });

  it("contradicts itself nowhere, so that each act was played by a member with all its rights", () => {
    for (const {status} of outcome.survivors) expect(status.equivocators).toEqual([]);
  });

  it("keeps no honest member out", () => {
    for (const {contributors, site} of outcome.survivors) {
      const rounds = [...contributors.values()];
      for (const {site: other} of outcome.survivors) {
        const part = rounds.filter((names) => names.includes(other.name)).length;
        expect(part / rounds.length, `${other.name} at ${site.name}`).toBeGreaterThan(0.8);
      }
    }
  });

  it("leaves honest members unnamed", () => expectNoSlander(outcome));

  it("leaves memory flat and health told in time", () => expectWellBeing(outcome));
});
