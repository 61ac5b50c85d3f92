import {describe, expect, it} from "vitest";
import {agreement, type Second} from "../../scripts/evidence/day/agreement.ts";
import {expectedHealth} from "../../scripts/evidence/day/expected-health.ts";
import {writeScript} from "../../scripts/evidence/day/script.ts";
import {createRandom} from "../../src/core/index.ts";

const DEADLINE_SECONDS = 5;

describe("the observer of a scripted day", () => {
  const healthAt = (
    nowMs: number,
    partsMs: number[],
    startedMs: number | null = 0,
    hasEnded = false,
  ): boolean => expectedHealth({startedMs, partsMs, hasEnded}, nowMs, DEADLINE_SECONDS);

  it("expects health from the first part since the start until the deadline and a usual round are over", () => {
    expect([healthAt(1000, []), healthAt(1000, [900], null)]).toEqual([false, false]);
    expect([healthAt(5900, [900]), healthAt(5901, [900])]).toEqual([true, false]);
    // Parts 1, 1 and 9 seconds apart: a usual round takes one second.
    const parts = [1000, 2000, 11_000, 12_000];
    expect([healthAt(18_000, parts), healthAt(18_001, parts)]).toEqual([true, false]);
    expect(healthAt(900_000, parts, 0, true), "the run has ended").toBe(true);
  });
});

describe("agreement", () => {
  const day = (expected: string, healthy: string): Second[] =>
    Array.from(expected, (letter, index) => ({
      atSeconds: index + 1,
      isExpected: letter === "1",
      isHealthy: healthy[index] === "1",
    }));

  it("is the share of seconds in which both say the same, or did or will within so many", () => {
    const seconds = day("1111100000", "1111111000");
    expect([0, 1, 2].map((tolerance) => agreement(seconds, tolerance))).toEqual([0.8, 0.9, 1]);
  });

  it("finds what is never so: a node that is healthy without a part for an hour", () => {
    expect(agreement(day("0".repeat(60), "1".repeat(60)), 10)).toBe(0);
    expect(agreement(day(`${"1".repeat(20)}${"0".repeat(60)}`, "1".repeat(80)), 10)).toBe(30 / 80);
  });
});

describe("a script", () => {
  const written = (seed: number, siteWithSmallDisk: string | null = "b") => {
    const random = createRandom({seed, site: "t", round: 0, purpose: "script"});
    const script = writeScript({sites: ["a", "b"], siteWithSmallDisk, longestSeconds: 20}, random);
    return Array.from({length: 12}, () => script.next().value);
  };

  it("has every kind of mishap in turn, the same for the same seed", () => {
    const incidents = written(3);
    expect(incidents).toEqual(written(3));
    expect(incidents).not.toEqual(written(4));
    for (const turn of [incidents.slice(0, 6), incidents.slice(6)])
      expect(new Set(turn.map(({mishap}) => mishap)).size).toBe(6);
    for (const {lastsSeconds, mishap, site} of incidents) {
      expect(lastsSeconds).toBeGreaterThanOrEqual(8);
      expect(lastsSeconds).toBeLessThanOrEqual(20);
      expect(mishap !== "full-disk" || site === "b").toBe(true);
    }
  });

  it("fills no disk where there is no small one", () => {
    expect(written(3, null).filter(({mishap}) => mishap === "full-disk")).toEqual([]);
  });
});
