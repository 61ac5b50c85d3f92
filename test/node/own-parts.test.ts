import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {allowedSeconds, createOwnParts} from "../../src/node/site/own-parts.ts";

const WALL_MS = 1_700_000_000_000;

/** The lower median as the number that at most half of the others are below and at least half are not above. */
function lowerMedianBySearch(values: readonly number[]): number {
  const found = values.filter((value) => {
    const below = values.filter((other) => other < value).length;
    const notAbove = values.filter((other) => other <= value).length;
    return below <= Math.floor((values.length - 1) / 2) && notAbove > Math.floor((values.length - 1) / 2);
  });
  return found[0] ?? Number.NaN;
}

describe("a site's own parts", () => {
  it("are usually as far apart as the lower median of the last twenty times, in rounds of the same kind", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({min: 1, max: 10_000}), {minLength: 1, maxLength: 40}), (gapsMs) => {
        const parts = createOwnParts();
        let nowMs = 5000;
        parts.took({nowMs, wallMs: WALL_MS + nowMs, isTraining: true});
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          parts.took({nowMs, wallMs: WALL_MS + nowMs, isTraining: true});
        }
        const last = gapsMs.slice(-20).map((gapMs) => gapMs / 1000);
        expect(parts.usualSeconds(true)).toBeCloseTo(lowerMedianBySearch(last), 9);
        expect(parts.lastWallMs()).toBe(WALL_MS + nowMs);
        expect(parts.usualSeconds(false)).toBeNull();
      }),
    );
  });

  it("of statistics say nothing of how long training takes, and those before the start nothing at all", () => {
    const parts = createOwnParts();
    expect([parts.lastWallMs(), parts.usualSeconds(false), parts.usualSeconds(true)]).toEqual([
      null,
      null,
      null,
    ]);
    for (const nowMs of [0, 100, 200]) parts.took({nowMs, wallMs: WALL_MS + nowMs, isTraining: false});
    expect([parts.usualSeconds(false), parts.usualSeconds(true)]).toEqual([0.1, null]);
    parts.took({nowMs: 60_200, wallMs: WALL_MS + 60_200, isTraining: true});
    expect([parts.usualSeconds(false), parts.usualSeconds(true)]).toEqual([null, 60]);
  });
});

describe("how long a part may take", () => {
  const limits = {deadlineSeconds: 20, usualSeconds: 1.5, workSeconds: 7, startSeconds: 0};

  it("is the plan's deadline beside a usual round, and nothing constant", () => {
    expect(allowedSeconds(limits)).toBe(21.5);
    expect(allowedSeconds({...limits, deadlineSeconds: 4})).toBe(5.5);
  });

  it("goes by the site's own work where no round of the kind has ended yet", () => {
    expect(allowedSeconds({...limits, usualSeconds: null})).toBe(27);
  });

  it("holds the time for which the plan lets the run wait to begin", () => {
    expect(allowedSeconds({...limits, usualSeconds: null, workSeconds: 0, startSeconds: 600})).toBe(620);
  });
});
