import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {
  applyRobustRule,
  leastVectors,
  type RobustRule,
  robustRuleFault,
  sampleBound,
  votedWeightCap,
} from "../../src/robust/index.ts";
import {RULES, VARIANTS} from "./clusters.ts";

describe("how many vectors a rule needs", () => {
  it.each(RULES)("%s", (rule) => {
    const least = rule === "krum" || rule === "multi-krum" ? [3, 5, 7, 9] : [1, 3, 5, 7];
    expect([0, 1, 2, 3].map((faulty) => leastVectors({rule, faulty}))).toEqual(least);
  });

  it.each(VARIANTS)(
    "$rule ($adaptiveClipping, $nearestNeighbours) runs with as many and not with one less",
    (variant) => {
      for (const faulty of [0, 1, 2, 3]) {
        const rule: RobustRule = {...variant, faulty};
        const vectors = Array.from({length: leastVectors(rule)}, (_, index) => Float64Array.of(index));
        expect(robustRuleFault(vectors.length, rule)).toBeUndefined();
        expect(applyRobustRule(rule, vectors, 0).values).toHaveLength(1);
        expect(robustRuleFault(vectors.length - 1, rule)).toContain(`needs ${vectors.length} members`);
        expect(() => applyRobustRule(rule, vectors.slice(1), 0)).toThrow(
          expect.objectContaining({code: "GOSSIP_ROBUST_TOO_FEW"}),
        );
      }
    },
  );

  it("a bound that counts no members is a fault", () => {
    for (const faulty of [-1, 0.5, Number.NaN]) {
      const rule: RobustRule = {rule: "median", faulty, adaptiveClipping: false, nearestNeighbours: false};
      expect(robustRuleFault(9, rule)).toContain("faulty");
    }
  });
});

describe("the bound in a random sample", () => {
  it.each([
    {members: 50, faulty: 10, drawn: 15, bound: 8},
    {members: 50, faulty: 10, drawn: 11, bound: 7},
    {members: 50, faulty: 5, drawn: 8, bound: 4},
    {members: 32, faulty: 6, drawn: 11, bound: 6},
    {members: 16, faulty: 3, drawn: 8, bound: 3},
    {members: 1000, faulty: 200, drawn: 21, bound: 12},
  ])("$drawn of $members with $faulty bad: $bound", ({bound, ...sample}) => {
    expect(sampleBound(sample)).toBe(bound);
  });

  it("is exact when all or none are drawn, and does not overflow", () => {
    expect(sampleBound({members: 10, faulty: 4, drawn: 10})).toBe(4);
    expect(sampleBound({members: 10, faulty: 4, drawn: 0})).toBe(0);
    expect(sampleBound({members: 10, faulty: 0, drawn: 5})).toBe(0);
    expect(sampleBound({members: 10, faulty: 10, drawn: 5})).toBe(5);
    // Mean 1000, standard deviation 15.8: the normal quantile is 1000 + 3.719 * 15.8.
    expect(sampleBound({members: 4000, faulty: 2000, drawn: 2000})).toBeGreaterThan(1055);
    expect(sampleBound({members: 4000, faulty: 2000, drawn: 2000})).toBeLessThan(1062);
  });

  it("rises with the quantile asked for", () => {
    const sample = {members: 50, faulty: 10, drawn: 15};
    expect([0.5, 0.9, 0.9999, 1].map((quantile) => sampleBound(sample, quantile))).toEqual([3, 5, 8, 10]);
  });
});

describe("the voted cap on weights", () => {
  const vote = fc.double({min: 1e-3, max: 1, noNaN: true});

  it("lies between honest votes whatever a minority votes", () => {
    fc.assert(
      fc.property(
        fc.array(vote, {minLength: 1, maxLength: 12}),
        fc.infiniteStream(fc.double()),
        (honest, any) => {
          for (let bad = 0; bad < honest.length; bad++) {
            const cap = votedWeightCap([...honest, ...any.take(bad)]);
            expect(cap).toBeGreaterThanOrEqual(Math.min(...honest));
            expect(cap).toBeLessThanOrEqual(Math.max(...honest));
          }
        },
      ),
    );
  });

  it("is the lower of two middle votes, and counts no vote that is no weight", () => {
    expect(votedWeightCap([0.4, 0.1, 0.3, 0.2])).toBe(0.2);
    expect(votedWeightCap([Number.NaN, 0, -1, 0.5, Number.POSITIVE_INFINITY])).toBe(0.5);
    expect(votedWeightCap([])).toBe(Number.POSITIVE_INFINITY);
  });
});
