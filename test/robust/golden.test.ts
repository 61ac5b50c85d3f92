import {describe, expect, it} from "vitest";
import {clipLongest} from "../../src/robust/adaptive-clipping.ts";
import {centredClipping} from "../../src/robust/centred-clipping.ts";
import {applyRobustRule, type RobustRuleName} from "../../src/robust/index.ts";
import {krum, krumScores} from "../../src/robust/krum.ts";
import {mixNearest} from "../../src/robust/nearest-neighbours.ts";
import {type Rows, rowsOf} from "../../src/robust/rows.ts";
import {selfCentredClipping} from "../../src/robust/self-centred-clipping.ts";

/** Five honest rows and two that are not; figures of the reference's section 4.1, f = 2. */
const X = [
  [1, 2, 3],
  [1.5, 1.8, 2.9],
  [0.8, 2.2, 3.3],
  [1.2, 2.1, 2.7],
  [0.9, 1.7, 3.1],
  [10, -10, 10],
  [-5, 0, 40],
].map((row) => Float64Array.from(row));
/** The example of byzfl's documentation, f = 1. */
const DOCUMENTED = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
].map((row) => Float64Array.from(row));

function allRows(rows: Rows): readonly Float64Array[] {
  const all = Array.from({length: rows.count}, () => new Float64Array(rows.length));
  rows.read(0, all);
  return all;
}

function expectClose(actual: Float64Array | undefined, expected: readonly number[], digits = 8): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, index) => expect(actual?.[index]).toBeCloseTo(value, digits));
}

describe("the golden vectors of robust rules", () => {
  it.each<[RobustRuleName, readonly number[]]>([
    ["trimmed-mean", [1.03333333, 1.83333333, 3.13333333]],
    ["median", [1, 1.8, 3.1]],
    ["geometric-median", [1.05778793, 1.90075008, 3.09534864]],
    ["krum", [1, 2, 3]],
    ["multi-krum", [1.08, 1.96, 3]],
  ])("%s", (rule, expected) => {
    expectClose(
      applyRobustRule({rule, faulty: 2, adaptiveClipping: false, nearestNeighbours: false}, X).values,
      expected,
      7,
    );
  });

  it("Krum's scores, and multi-Krum's mean of the best five", () => {
    expectClose(krumScores(rowsOf(X), 2), [0.42, 0.93, 1, 0.77, 0.82, 803.21, 4009.68]);
    expectClose(krum(rowsOf(X), 2, 5).values, [1.08, 1.96, 3]);
  });

  it("rows mixed with their nearest", () => {
    const mixed = allRows(mixNearest(rowsOf(X), 2).rows);
    for (const row of mixed.slice(0, 5)) expectClose(row, [1.08, 1.96, 3]);
    expectClose(mixed[5], [2.92, -0.48, 4.34]);
    expectClose(mixed[6], [1.54, -0.82, 11.88]);
  });

  it("rows of which the k = 2 longest, of sqrt(300) and sqrt(1625), have the length of the third, sqrt(16.37)", () => {
    const {rows, factors} = clipLongest(rowsOf(X), 2);
    const shortened = allRows(rows);
    for (const row of [0, 1, 2, 3, 4]) expect(shortened[row]).toEqual(X[row]);
    expectClose(factors, [1, 1, 1, 1, 1, Math.sqrt(16.37 / 300), Math.sqrt(16.37 / 1625)]);
    expectClose(
      shortened[5],
      [10, -10, 10].map((value) => value * Math.sqrt(16.37 / 300)),
    );
    expectClose(
      shortened[6],
      [-5, 0, 40].map((value) => value * Math.sqrt(16.37 / 1625)),
    );
  });

  it("the trimmed mean of mixed rows", () => {
    const rule = {rule: "trimmed-mean", faulty: 2, adaptiveClipping: false, nearestNeighbours: true} as const;
    expectClose(applyRobustRule(rule, X).values, [1.08, 1.96, 3]);
  });

  it("centred clipping about 0 with tau = 1, after one step and after three", () => {
    const after = (steps: number): Float64Array => centredClipping(rowsOf(X), 2, {radius: 1, steps}).values;
    expectClose(after(1), [0.27119549, 0.28985926, 0.79420497]);
    expectClose(after(3), [0.78743796, 0.98137561, 2.26685415]);
  });

  it("self-centred clipping about row 0 with equal shares and tau = 1", () => {
    const own = Float64Array.of(1, 2, 3);
    const {values} = selfCentredClipping(rowsOf(X), 2, {own, radius: 1});
    expectClose(values, [1.11198087, 1.86025318, 3.20122697]);
    expect(own).toEqual(Float64Array.of(1, 2, 3));
  });
});

describe("the vectors of byzfl's documentation", () => {
  it("trimmed mean", () => {
    const rule = {
      rule: "trimmed-mean",
      faulty: 1,
      adaptiveClipping: false,
      nearestNeighbours: false,
    } as const;
    expectClose(applyRobustRule(rule, DOCUMENTED).values, [4, 5, 6]);
  });

  it("nearest-neighbour mixing, whose row 1 is MoNNA's answer to member 1: of rows equally near the lower counts", () => {
    const mixed = allRows(mixNearest(rowsOf(DOCUMENTED), 1).rows);
    expect(mixed).toEqual([
      Float64Array.of(2.5, 3.5, 4.5),
      Float64Array.of(2.5, 3.5, 4.5),
      Float64Array.of(5.5, 6.5, 7.5),
    ]);
  });
});
