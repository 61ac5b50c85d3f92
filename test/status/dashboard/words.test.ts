import fc from "fast-check";
import {describe, expect, it} from "vitest";
import * as words from "../../../src/status/dashboard/client/words.ts";

describe("the page's words", () => {
  it("say that a figure is not defined, and never make it 0", () => {
    for (const value of [Number.NaN, Infinity]) {
      expect([words.shownFigure(value), words.smallFigure(value)]).toEqual(["not defined", "not defined"]);
    }
    expect([words.shownFigure(0), words.smallFigure(0)]).toEqual(["0.000", "0.00"]);
  });

  it("give sizes, counts, times and round trips as people read them", () => {
    expect([0, 999, 1000, 23_700_000, 999_600_000_000_000].map(words.byteText)).toEqual([
      "0 B",
      "999 B",
      "1.0 kB",
      "23.7 MB",
      "1000 TB",
    ]);
    expect([0, 999, 1000, 8244, 1_234_567].map(words.count)).toEqual([
      "0",
      "999",
      "1,000",
      "8,244",
      "1,234,567",
    ]);
    expect([0, 1.5, 59, 168, 7200, 200_000].map(words.duration)).toEqual([
      "0 s",
      "1.5 s",
      "59 s",
      "2 min 48 s",
      "2 h 0 min",
      "2 d 7 h",
    ]);
    expect([-3, 59, 61, 7300, 200_000].map(words.age)).toEqual(["0 s", "59 s", "1 min", "2 h", "2 d"]);
    expect([null, 0.84, 23.4].map(words.roundTrip)).toEqual(["–", "0.8 ms", "23 ms"]);
    expect([1, 2].map((value) => words.many(value, "member"))).toEqual(["1 member", "2 members"]);
    expect([0.0123, 3.1e-4].map(words.smallFigure)).toEqual(["0.0123", "3.10e-4"]);
  });

  it("call a share whole only when it is", () => {
    const shares = [
      [0, 3],
      [199, 200],
      [2999, 3000],
      [7, 7],
    ].map(([contributed = 0, certified = 0]) => words.shareText({contributed, certified}));
    expect(shares).toEqual(["0 %", "99 %", "99 %", "100 %"]);
  });

  it("shorten names to what fits, and leave others as they are", () => {
    fc.assert(
      fc.property(fc.string({maxLength: 40}), fc.integer({min: 4, max: 20}), (text, length) => {
        const short = words.shortened(text, length);
        const isCut = text.length > length;
        expect(short.length).toBe(Math.min(text.length, length));
        expect(short === text).toBe(!isCut);
      }),
    );
    const lists = [[], ["a"], ["a", "b"], ["a", "b", "c"]].map((list) => words.names(list, 2));
    expect(lists).toEqual(["", "a", "a and b", "a, b and 1 more"]);
    expect(words.names(["a", "b", "c"])).toBe("a, b and c");
  });
});
