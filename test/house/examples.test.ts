import {describe, expect, it} from "vitest";
import {doors} from "../../scripts/docs/doors.ts";
import {examplesOf, faultsOf} from "./doc-examples.ts";
import {parseSource, readSources} from "./sources.ts";

/** The examples of a file with this docstring. */
function planted(...lines: readonly string[]) {
  const doc = ["/**", ...lines.map((line) => ` * ${line}`), " */", "export const one = 1;"];
  return examplesOf(parseSource("src/data/planted.ts", doc.join("\n")));
}

describe("the examples in docstrings", () => {
  const examples = readSources().flatMap(examplesOf);

  it("are found by their places, and need a block of code", () => {
    expect(planted("One.", "@example", "```ts", "if (true) {", "  f();", "}", "```")).toEqual([
      {place: "src/data/planted.ts:3", code: "if (true) {\n  f();\n}\n"},
    ]);
    expect(planted("One.")).toEqual([]);
    expect(() => planted("One.", "@example one()")).toThrow("src/data/planted.ts:3 has no block");
    expect(() => planted("@example", "```ts", "one();")).toThrow("src/data/planted.ts:2 has no block");
  });

  it("are found to be false", () => {
    const assert = 'import assert from "node:assert/strict";';
    const use = 'import {quorumSize} from "consilium/rounds";';
    const wrong = [
      'assert.equal(quorumSize("majority", 3), 3);',
      'const size: string = quorumSize("majority", 3); assert.equal(size, 2);',
      "assert.ok(quorumSize); throw null;",
      'assert.equal(quorumSize("majority", 3), 2);',
    ];
    const faults = faultsOf(
      wrong.map((line, index) => ({place: `here:${index}`, code: [assert, use, line].join("\n")})),
    );
    expect(faults).toEqual([
      expect.stringMatching(/^here:1\(3,7\): error TS2322/),
      expect.stringMatching(/^here:0: Expected values to be strictly equal: 2 !== 3/),
      "here:2: null",
    ]);
  });

  it("are there for every door, and each asserts its result", () => {
    const doorless = doors().filter(({name}) => !examples.some(({code}) => code.includes(`"${name}"`)));
    expect(doorless).toEqual([]);
    expect(examples.filter(({code}) => !/\bassert\./.test(code))).toEqual([]);
  });

  it("are programs that compile and run against the built package", () => {
    expect(faultsOf(examples)).toEqual([]);
  });
});
