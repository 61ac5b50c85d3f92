import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {keyMismatch} from "../../src/data/table/key-mismatch.ts";

describe("why keys of two tables find no partner", () => {
  const cases: [string, {keys: string[]; others: string[]; count: number; cause: RegExp}][] = [
    [
      "zeros that Excel dropped",
      {keys: ["7", "12", "P-3"], others: ["007", "0012", "P-03"], count: 3, cause: /leading zeros/},
    ],
    ["case", {keys: ["AbC1", "x2"], others: ["abc1", "X2"], count: 2, cause: /upper and lower case/}],
    ["blanks within", {keys: ["P 01", "P  02"], others: ["P01", "P02"], count: 2, cause: /blanks/}],
    [
      "numbers with a decimal point",
      {keys: ["12.0", "13.0"], others: ["12", "13"], count: 2, cause: /\.0 at the end/},
    ],
    ["other separators", {keys: ["P_01", "P_02"], others: ["P-01", "P.02"], count: 2, cause: /hyphens/}],
    [
      "bar codes that go on",
      {keys: ["TCGA-AA-0001"], others: ["TCGA-AA-0001-01Z-00-DX1"], count: 1, cause: /which begin with them/},
    ],
    [
      "bar codes that end early",
      {keys: ["TCGA-AA-0001-01A"], others: ["TCGA-AA-0001"], count: 1, cause: /with which they begin/},
    ],
  ];

  it.each(cases)("%s", (_, {keys, others, count, cause}) => {
    const found = keyMismatch(keys, others);
    expect(found?.keys).toBe(count);
    expect(found?.cause).toMatch(cause);
  });

  it("is not made up: a key that merely starts another's number is no beginning", () => {
    expect(keyMismatch(["P1", "P2"], ["P10", "Q2"])).toBeUndefined();
    expect(keyMismatch([], ["P10"])).toBeUndefined();
    expect(keyMismatch(["anna"], ["bert"])).toBeUndefined();
  });

  it("never explains more keys than there are", () => {
    const keys = fc.uniqueArray(fc.string({maxLength: 6}), {maxLength: 12});
    fc.assert(
      fc.property(keys, keys, (own, others) => {
        expect(keyMismatch(own, others)?.keys ?? 1).toBeLessThanOrEqual(Math.max(1, own.length));
      }),
    );
  });
});
