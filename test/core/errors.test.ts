import {describe, expect, it} from "vitest";
import {CodedError, errorLine, isCoded, unreachable} from "../../src/core/index.ts";

describe("a coded error", () => {
  const cause = new RangeError("deep down");
  const error = new CodedError("ROOM_WHAT", "the file site.csv is missing.", {
    hint: "Correct root in the task file.",
    data: {file: "site.csv"},
    cause,
  });

  it("carries its code, facts, hint and cause", () => {
    expect(error).toMatchObject({code: "ROOM_WHAT", data: {file: "site.csv"}, cause, name: "CodedError"});
    expect(new CodedError("ROOM_WHAT", "x")).toMatchObject({data: {}, hint: undefined});
  });

  it("is told apart by its code", () => {
    expect(isCoded(error)).toBe(true);
    expect(isCoded(error, "ROOM_OTHER", "ROOM_WHAT")).toBe(true);
    expect(isCoded(error, "ROOM_OTHER")).toBe(false);
    expect(isCoded(new Error("ROOM_WHAT"))).toBe(false);
    expect(isCoded({code: "ROOM_WHAT"})).toBe(false);
  });

  it("is one line for a person: code, what, and how to mend it", () => {
    expect(errorLine(error)).toBe("ROOM_WHAT: the file site.csv is missing. Correct root in the task file.");
    expect(errorLine(new CodedError("ROOM_WHAT", "no hint"))).toBe("ROOM_WHAT: no hint.");
    expect(errorLine(new RangeError("a bug"))).toBe("RangeError: a bug");
    expect(errorLine("thrown text")).toBe("thrown text");
  });
});

describe("code that no value reaches", () => {
  it("says so when one does, without the value", () => {
    const value: unknown = "secret";
    expect(() => unreachable(value as never)).toThrow(
      expect.objectContaining({code: "CORE_UNREACHABLE", message: expect.not.stringContaining("secret")}),
    );
  });
});
