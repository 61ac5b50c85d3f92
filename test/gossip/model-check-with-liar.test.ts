import {afterEach, describe, expect, it, vi} from "vitest";
import {IS_THOROUGH, runs} from "../setup/thorough.ts";
import {type Bounds, type LiarSearch, searchWithLiar} from "./model/lying/search.ts";

const TIMEOUT_MS = 900_000;
/** Which rule honest members leave out. */
const planted = vi.hoisted((): {name: string} => ({name: ""}));

vi.mock("../../src/rounds/agreement/lock-rules.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../src/rounds/agreement/lock-rules.ts")>();
  return {
    isLockedOnAnother: (...args: Parameters<typeof original.isLockedOnAnother>) =>
      planted.name !== "isLockedOnAnother" && original.isLockedOnAnother(...args),
    isLockPast: (...args: Parameters<typeof original.isLockPast>) =>
      planted.name !== "isLockPast" && original.isLockPast(...args),
  };
});

vi.mock("../../src/rounds/agreement/result-comparison.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../src/rounds/agreement/result-comparison.ts")>();
  return {
    ownVerdict: (...args: Parameters<typeof original.ownVerdict>) =>
      planted.name === "ownVerdict" ? "verified" : original.ownVerdict(...args),
  };
});

afterEach(() => {
  planted.name = "";
});

/** Of each search with four members and two ballots; there are more. */
const MOST_STATES = runs(8000, 80_000);
const FOUR = {members: 4, quorum: "two-thirds", trials: 1, lastBallot: 1, mostStates: MOST_STATES} as const;
/** More than there are with three members, or in one ballot. */
const ALL_STATES = 100_000;

function searched(bounds: Bounds): LiarSearch {
  const search = searchWithLiar(bounds);
  const {states, steps, certified, isExhausted} = search;
  const whole = isExhausted ? "all of them" : "cut short";
  const {members, quorum, liarLeads, trials, lastBallot} = bounds;
  const what = `${members} members under ${quorum}, ballots 0 to ${lastBallot}, a liar leads ${liarLeads} with ${trials} attempts`;
  const seen = `${states} states (${whole}), ${steps} steps, ${certified} with a certificate`;
  console.log(`model check, ${what}: ${seen}`);
  return search;
}

/*
 * In every state: at most one body can be shown to be decided, with the liar's vote wherever it helps; no honest member has
 * signed two votes of one ballot and step, or is named; none has accepted a body that it neither verified nor has a
 * quorum's votes for, or committed one that no quorum accepted.
 */
describe("the agreement of members of whom one says anything, to each what it likes", () => {
  // What leads neither ballot leads the third, or the fourth: it is all one.
  it.each([0, 1, 2])(
    `has one outcome among four in two ballots, where the liar leads ballot %i (in up to ${MOST_STATES} states)`,
    {timeout: TIMEOUT_MS},
    (liarLeads) => {
      const {states, certified} = searched({...FOUR, liarLeads});
      expect(states).toBe(MOST_STATES);
      expect(certified).toBeGreaterThan(0);
    },
  );

  it("has one outcome among four in one ballot, in which the liar has members verify two bodies", {
    timeout: TIMEOUT_MS,
  }, () => {
    const trials = IS_THOROUGH ? 2 : 1;
    const found = searched({...FOUR, lastBallot: 0, liarLeads: 0, trials, mostStates: ALL_STATES});
    expect(found.isExhausted).toBe(true);
    expect(found.certified).toBeGreaterThan(0);
  });

  it.each([0, 1, 2])(
    "has one outcome among three who must agree all, where the liar leads ballot %i",
    {
      timeout: TIMEOUT_MS,
    },
    (liarLeads) => {
      const bounds = {
        members: 3,
        quorum: "two-thirds",
        trials: 1,
        lastBallot: 1,
        mostStates: ALL_STATES,
      } as const;
      expect(searched({...bounds, liarLeads}).isExhausted).toBe(true);
    },
  );

  it("has two among three of whom two decide, as trust.md says", () => {
    const bounds = {
      members: 3,
      quorum: "majority",
      trials: 1,
      lastBallot: 1,
      mostStates: ALL_STATES,
    } as const;
    expect(() => searched({...bounds, liarLeads: 0})).toThrow("there are two certificates");
  });

  it.each([
    ["isLockedOnAnother", "there are two certificates"],
    ["isLockPast", "there are two certificates"],
    ["ownVerdict", "accepts what it neither verified nor has a quorum's votes for"],
  ])("breaks a law where honest members leave out %s", (name, law) => {
    planted.name = name;
    expect(() => searched({...FOUR, liarLeads: 0})).toThrow(law);
  });
});
