import {describe, expect, it} from "vitest";
import {
  EXIT_STATUSES,
  exitStatusHelp,
  exitStatusOf,
  ruleOf,
  STATUS_OF_CODE,
} from "../../src/cli/exit-status.ts";
import {CodedError} from "../../src/core/index.ts";
import {readSources} from "../house/sources.ts";

const CODE = /"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"/g;

/** Every code that a room lists in its errors.ts. */
const codes = readSources()
  .filter(({file, room}) => file === `src/${room}/errors.ts`)
  .flatMap(({tree}) => [...tree.text.matchAll(CODE)].map(([, code = ""]) => code));

describe("the table of exit statuses", () => {
  it("has a rule for every code of every room", () => {
    expect(codes.length).toBeGreaterThan(90);
    expect(codes.filter((code) => ruleOf(code) === undefined)).toEqual([]);
  });

  it("has no rule that decides for no code", () => {
    const needed = new Set(codes.map(ruleOf));
    expect(Object.keys(STATUS_OF_CODE).filter((rule) => !needed.has(rule))).toEqual([]);
  });

  it("is told to people in full", () => {
    for (const [status, meaning] of Object.entries(EXIT_STATUSES)) {
      expect(exitStatusHelp(), status).toContain(`${status}  ${meaning}`);
    }
  });

  it("prefers the longest rule, and takes anything without a code for a bug", () => {
    const of = (code: string): number => exitStatusOf(new CodedError(code, "x"));
    expect([of("DATA_COLUMN_MISSING"), of("DATA_FILE_MISSING"), of("STORAGE_FULL")]).toEqual([65, 66, 74]);
    expect([of("NOBODY_KNOWS"), exitStatusOf(new TypeError("x")), exitStatusOf("x")]).toEqual([1, 1, 1]);
  });
});
