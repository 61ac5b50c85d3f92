import {describe, expect, it} from "vitest";
import {besiege, type Outcome, type SiegeOptions} from "./siege.ts";
import {expectNamed, expectNoSlander, inWindow, linesWith, OBJECTION, show} from "./verdicts.ts";

const DEVIATION_ROUND = 1;
const FAR = 1e9;
const LIMIT_MS = 240_000;
const ROBUST = {rule: "median", faulty: 1, adaptiveClipping: false, nearestNeighbours: false} as const;

/** The first value of a contribution in binary32 becomes far too large. */
function exaggerated(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  new DataView(changed.buffer).setFloat32(0, FAR, true);
  return changed;
}

const lying = (settings?: SiegeOptions["settings"]): Promise<Outcome> =>
  besiege({
    acts: [],
    rounds: 8,
    opening: 3,
    contributing: (round, honest) => (round === DEVIATION_ROUND ? exaggerated(honest) : honest),
    ...(settings === undefined ? {} : {settings}),
  });

/** The statistics that every later snapshot carries are those of the honest members. */
function expectHonest(outcome: Outcome, {isLeftOut}: {readonly isLeftOut: boolean}): void {
  const {survivors, liar, statistics} = outcome;
  for (const {contributors, site} of survivors) {
    const names = contributors.get(DEVIATION_ROUND) ?? [];
    expect(names.includes(liar.name), `mallory's part at ${site.name}`).toBe(!isLeftOut);
    expect(names.length).toBeGreaterThanOrEqual(3);
  }
  expect(statistics.length).toBeGreaterThan(0);
  for (const {value, least, most} of statistics) {
    expect(value).toBeGreaterThanOrEqual(least - 1e-6);
    expect(value).toBeLessThanOrEqual(most + 1e-6);
  }
  expectNoSlander(outcome);
}

describe("a member of four that sends a billion as a squared deviation", () => {
  it("has no part in the statistics of a plan of means, and is named", {timeout: LIMIT_MS}, async () => {
    const outcome = await lying();
    if (process.env["MALLORY_SHOW"] === "1") show(outcome);
    expectHonest(outcome, {isLeftOut: true});
    const window = {first: DEVIATION_ROUND, last: DEVIATION_ROUND};
    const told = outcome.survivors.flatMap((survivor) => inWindow(linesWith(survivor, OBJECTION), window));
    // On a busy machine its bytes may come too late to be looked at: it is then named for that.
    expect(told.map(({member}) => member)).toContain(outcome.liar.name);
    expect(["invalid", "unreachable"]).toEqual(
      expect.arrayContaining([...new Set(told.map(({reason}) => reason))]),
    );
  });

  it("changes nothing under a robust rule, and is named by everyone", {timeout: LIMIT_MS}, async () => {
    const mixing = {mode: "rounds", schedule: "all", codec: "f32", robust: ROBUST, outer: "none"} as const;
    const outcome = await lying({mixing});
    if (process.env["MALLORY_SHOW"] === "1") show(outcome);
    expectHonest(outcome, {isLeftOut: false});
    const window = {first: DEVIATION_ROUND, last: DEVIATION_ROUND};
    expectNamed(outcome, window, {
      message: "a contribution was not used unchanged",
      reason: "out-of-range",
    });
  });
});
