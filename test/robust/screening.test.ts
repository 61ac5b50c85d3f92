import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {
  applyRobustRule,
  leastVectors,
  normLimit,
  type RobustRule,
  type RobustVector,
} from "../../src/robust/index.ts";
import {distance, VARIANTS} from "./clusters.ts";

const TRIMMED: RobustRule = {
  rule: "trimmed-mean",
  faulty: 2,
  adaptiveClipping: false,
  nearestNeighbours: false,
};
const HONEST = [1, 2, 3, 4, 5].map((value) => Float64Array.of(value, -value));

describe.each(VARIANTS)("$rule (clipping: $adaptiveClipping, neighbours: $nearestNeighbours)", (variant) => {
  it("never lets NaN, infinities or a wrong length in, whatever the number of good vectors beside them", () => {
    const bad = fc.constantFrom(
      Float64Array.of(Number.NaN, 0),
      Float64Array.of(0, Number.POSITIVE_INFINITY),
      Float64Array.of(Number.NEGATIVE_INFINITY, Number.NaN),
      Float64Array.of(1e39, 0),
      Float64Array.of(1),
      Float64Array.of(1, 2, 3),
    );
    fc.assert(
      fc.property(fc.array(bad, {minLength: 1, maxLength: 3}), fc.nat({max: 4}), (intruders, spare) => {
        const rule = {...variant, faulty: intruders.length};
        const good = leastVectors(rule) + spare - intruders.length;
        const vectors = [...Array.from({length: good}, (_, at) => Float64Array.of(at / 10, 1)), ...intruders];
        const {values, verdicts} = applyRobustRule(rule, vectors, 0);
        expect(values.every(Number.isFinite)).toBe(true);
        expect(distance(values, Float64Array.of((good - 1) / 20, 1))).toBeLessThan(good / 10);
        for (const verdict of verdicts.slice(good)) expect(verdict.verdict).toBe("left-out");
      }),
    );
  });
});

describe("what is kept out", () => {
  it("is told by its reason, and the verdicts stand in the order of the vectors", () => {
    const vectors: RobustVector[] = [Float64Array.of(Number.NaN, 1), ...HONEST, Float64Array.of(1, 2, 3)];
    const {values, verdicts} = applyRobustRule(TRIMMED, vectors);
    expect(verdicts.map(({reason}) => reason)).toEqual([
      "not-finite",
      "extreme-everywhere",
      "extreme-everywhere",
      "kept",
      "extreme-everywhere",
      "extreme-everywhere",
      "wrong-length",
    ]);
    expect(values).toEqual(Float64Array.of(3, -3));
  });

  it("is each vector above the limit for norms", () => {
    const vectors = [...HONEST, Float64Array.of(30, 40)];
    const verdicts = (limit: number) => applyRobustRule(TRIMMED, vectors, null, limit).verdicts;
    expect(verdicts(50)[5]).toEqual({verdict: "left-out", reason: "extreme-everywhere"});
    expect(verdicts(49.9)[5]).toEqual({verdict: "left-out", reason: "too-long"});
  });

  it("lowers the bound of faulty ones only as far as the rest demand", () => {
    const intruders = [Float64Array.of(Number.NaN, 0), Float64Array.of(Number.NaN, 0)];
    const spread = [0, 1, 10].map((value) => Float64Array.of(value, 0));
    // Three of five remain: one can be trimmed at each end, not two.
    expect(applyRobustRule(TRIMMED, [...spread, ...intruders]).values).toEqual(Float64Array.of(1, 0));
    // Five of seven remain: two, as the plan says.
    expect(applyRobustRule(TRIMMED, [...HONEST, ...intruders]).values).toEqual(Float64Array.of(3, -3));
  });

  it("leaves nothing when all vectors are bad", () => {
    const vectors = Array.from({length: 5}, () => Float64Array.of(Number.NaN));
    expect(() => applyRobustRule(TRIMMED, vectors)).toThrow(
      expect.objectContaining({code: "GOSSIP_ROBUST_TOO_FEW"}),
    );
  });
});

describe("verdicts of the rules", () => {
  it("clipping tells the factor of each vector", () => {
    const rule: RobustRule = {
      rule: "self-centred-clipping",
      faulty: 1,
      adaptiveClipping: false,
      nearestNeighbours: false,
    };
    const vectors = [0, 1, 2, 10].map((value) => Float64Array.of(value));
    const kept = {verdict: "used", reason: "kept"};
    expect(applyRobustRule(rule, vectors, 0).verdicts).toEqual([
      kept,
      kept,
      kept,
      {verdict: "clipped", reason: "far-from-centre", factor: 0.2},
    ]);
  });

  it("Krum uses one vector, multi-Krum m - f", () => {
    const vectors = [0, 1, 2, 10, 20].map((value) => Float64Array.of(value));
    const kept = (rule: "krum" | "multi-krum") =>
      applyRobustRule(
        {rule, faulty: 1, adaptiveClipping: false, nearestNeighbours: false},
        vectors,
      ).verdicts.map(({reason}) => reason === "kept");
    expect(kept("krum")).toEqual([false, true, false, false, false]);
    expect(kept("multi-krum")).toEqual([true, true, true, true, false]);
  });

  it("adaptive clipping tells the factor of a vector that is used in part, and nothing of one that is left out", () => {
    const rule: RobustRule = {rule: "median", faulty: 1, adaptiveClipping: true, nearestNeighbours: false};
    const beside = [
      [0, 2],
      [1, 0],
      [2, 0],
      [2, 1],
    ];
    const fifth = (last: readonly number[]) =>
      applyRobustRule(
        rule,
        [...beside, last].map((vector) => Float64Array.from(vector)),
      ).verdicts[4];
    // Shortened from 50 to sqrt(5) it is (1.79, 1.34), whose first value is the middle one, or (-1.79, 1.34).
    expect(fifth([40, 30])).toEqual({
      verdict: "clipped",
      reason: "longer-than-most",
      factor: Math.sqrt(5) / 50,
    });
    expect(fifth([-40, 30])).toEqual({verdict: "left-out", reason: "extreme-everywhere"});
  });

  it("nearest neighbours name who is nobody's", () => {
    const rule: RobustRule = {
      rule: "geometric-median",
      faulty: 1,
      adaptiveClipping: false,
      nearestNeighbours: true,
    };
    const vectors = [0, 1, 2, 100].map((value) => Float64Array.of(value));
    expect(applyRobustRule(rule, vectors).verdicts.map(({reason}) => reason)).toEqual([
      "kept",
      "kept",
      "kept",
      "nobodys-neighbour",
    ]);
  });

  it("self-centred clipping needs the member's own vector, and a valid one", () => {
    const rule: RobustRule = {
      rule: "self-centred-clipping",
      faulty: 1,
      adaptiveClipping: false,
      nearestNeighbours: false,
    };
    const vectors = [...HONEST, Float64Array.of(Number.NaN, 0)];
    for (const self of [null, 5, 6]) {
      expect(() => applyRobustRule(rule, vectors, self)).toThrow(
        expect.objectContaining({code: "GOSSIP_ROBUST_NO_CENTRE"}),
      );
    }
  });
});

describe("the limit for norms", () => {
  it("is ten times the median of the last twenty, and none without history", () => {
    expect(normLimit([])).toBe(Number.POSITIVE_INFINITY);
    expect(normLimit([3, 1])).toBe(20);
    expect(normLimit([1000, ...Array.from({length: 20}, (_, index) => index + 1)])).toBe(105);
  });
});
