import {describe, expect, it} from "vitest";
import {casesOf} from "../setup/thorough.ts";
import {createSegments} from "./segment-consortium.ts";

/** Sites with losses p a / 2 (x - b)^2, whose units are single gradient steps. */
interface Quadratics {
  readonly p: readonly number[];
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly rate: number;
  readonly unitMs: readonly number[];
  readonly maximumLead?: number;
  readonly exchange?: "swap" | "push-sum";
  /** The wrong fourth way of algorithms.md, 1.2: progress weighed by what one holds, not by what one is. */
  readonly isWeighedByMass?: boolean;
}

const FAST = 60;
const SLOW = 9 * FAST;
const PACES_OF_TWO: readonly [number, number][] = [
  [SLOW, FAST],
  [FAST, SLOW],
];
const PACES_OF_FOUR: readonly [number, number, number, number][] = [
  [FAST, FAST, SLOW, SLOW],
  [SLOW, FAST, FAST, FAST],
  [FAST, FAST, FAST, SLOW],
];
const TWO = {p: [0.9, 0.1], a: [1, 1], b: [0, 1], rate: 0.05};
const FOUR = {p: [0.1, 0.2, 0.3, 0.4], a: [1, 2, 4, 0.5], b: [-1, 0, 2, 5], rate: 0.02};
/** Sum p a b / sum p a, computed apart. */
const OPTIMUM_OF_TWO = 0.1;
const OPTIMUM_OF_FOUR = 1.736_842_105_3;

/** The certified model of a segment, and what each site's progress counted at its end. */
function solve(quadratics: Quadratics) {
  const {p, a, b, rate, unitMs, maximumLead = 2, exchange = "swap", isWeighedByMass = false} = quadratics;
  const weights = p.map((value) => Math.fround(value));
  const {world, members, certified} = createSegments({
    seed: 7,
    weights,
    values: 1,
    work: (site, _, start) => {
      const held = world.sessionOf(members[site] ?? "")?.view().segment?.weight ?? 0;
      const factor = isWeighedByMass ? held / (weights[site] ?? 1) : 1;
      return start.map((x) => factor * rate * (a[site] ?? 0) * ((b[site] ?? 0) - x));
    },
    unitMs: (site) => unitMs[site] ?? 0,
    spec: {units: 150, maximumLead, exchange, abandonMs: 1e6},
  });
  for (const member of members) world.start(member);
  const clocks = new Map<string, number>();
  world.run(() => {
    for (const member of members) {
      const segment = world.sessionOf(member)?.view().segment;
      if (segment != null) clocks.set(member, segment.clock);
    }
    return world.isFinished;
  }, 2_000_000);
  const x = certified.get(members[0] ?? "")?.[0]?.snapshot.values[0] ?? Number.NaN;
  return {x, clocks: [...clocks.values()]};
}

describe("sites of speeds 9 to 1", () => {
  for (const exchange of ["swap", "push-sum"] as const) {
    it.each(casesOf(PACES_OF_TWO, 2))(
      `of two with n = (9, 1) end near 0.1 by ${exchange} (%i ms, %i ms)`,
      (...unitMs) => {
        const {x, clocks} = solve({...TWO, unitMs, exchange});
        expect(Math.abs(x - OPTIMUM_OF_TWO)).toBeLessThan(0.02);
        expect(Math.max(...clocks) - Math.min(...clocks)).toBeLessThan(2);
      },
    );

    it.each(casesOf(PACES_OF_FOUR, 3))(
      `of four end near their optimum by ${exchange} (%i, %i, %i, %i ms)`,
      (...unitMs) => {
        const {x, clocks} = solve({...FOUR, unitMs, exchange});
        expect(Math.abs(x - OPTIMUM_OF_FOUR)).toBeLessThan(0.06);
        expect(Math.max(...clocks) - Math.min(...clocks)).toBeLessThanOrEqual(2);
      },
    );
  }

  it("miss it by far when fast sites are not held to the pace of the slowest", () => {
    const unheld = {maximumLead: Number.POSITIVE_INFINITY};
    expect(solve({...TWO, unitMs: [FAST, SLOW], ...unheld}).x).toBeLessThan(0.05);
    expect(solve({...TWO, unitMs: [SLOW, FAST], ...unheld}).x).toBeGreaterThan(0.35);
    expect(solve({...FOUR, unitMs: [FAST, FAST, SLOW, SLOW], ...unheld}).x).toBeLessThan(0.8);
  });
});

describe("progress weighed by the mass that a site holds", () => {
  it("optimises the unweighted objective: 0.5 where n = (9, 1) has 0.1", () => {
    const unitMs = [FAST, FAST];
    expect(Math.abs(solve({...TWO, unitMs}).x - OPTIMUM_OF_TWO)).toBeLessThan(0.02);
    expect(solve({...TWO, unitMs, isWeighedByMass: true}).x).toBeGreaterThan(0.4);
  });
});
