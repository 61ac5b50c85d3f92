import {readFileSync} from "node:fs";
import path from "node:path";
import {describe, expect, it} from "vitest";
import {errorCodeFaults} from "./error-codes.ts";
import {nameFaults} from "./names.ts";
import {ROOT} from "./planting.ts";
import {sizeFaults} from "./sizes.ts";
import * as rules from "./source-rules.ts";
import {filesBelow, parseSource, readSources} from "./sources.ts";

const sources = readSources();

/** A law, its rule, and planted sources: the rule must find a fault in each of the bad ones and none in the good. */
interface Law {
  readonly says: string;
  readonly rule: rules.SourceRule;
  readonly bad: readonly (readonly [file: string, text: string])[];
  readonly good: readonly (readonly [file: string, text: string])[];
}

const LAWS: readonly Law[] = [
  {
    says: "every exported name has a docstring",
    rule: rules.exportsAreDocumented,
    bad: [
      ["src/data/a.ts", "export const a = 1;"],
      ["src/data/a.ts", "// no docstring\nexport function a(): void {}"],
      ["src/data/a.ts", "export interface A {}"],
      ["src/data/a.ts", "export type A = 1;"],
      ["src/data/a.ts", "const a = 1;\nexport {a};"],
    ],
    good: [
      ["src/data/a.ts", "/** One. */\nexport const a = 1;\nconst b = 2;"],
      ["src/data/a.ts", "/** One. */\nexport function a(x: 1): 1;\nexport function a(x: 2): 2;"],
      ["src/data/index.ts", 'export {a} from "./a.ts";'],
    ],
  },
  {
    says: "expected failures are coded: no bare Error outside core",
    rule: rules.errorsAreCoded,
    bad: [
      ["src/data/a.ts", 'throw new Error("no");'],
      ["src/data/a.ts", 'const fault = new RangeError("no");'],
    ],
    good: [
      ["src/core/a.ts", 'throw new Error("no");'],
      ["src/data/a.ts", 'throw new CodedError("DATA_NO", "no");'],
    ],
  },
  {
    says: "a door hands on names one by one, and nothing else",
    rule: rules.doorsNameTheirExports,
    bad: [
      ["src/data/index.ts", 'export * from "./a.ts";'],
      ["src/data/index.ts", 'export * as a from "./a.ts";'],
      ["src/data/index.ts", "export const a = 1;"],
      ["src/data/a.ts", 'export * from "./b.ts";'],
    ],
    good: [["src/data/index.ts", 'import "../core/polyfill.ts";\nexport {type A, b} from "./a.ts";']],
  },
  {
    says: "no class inherits outside core",
    rule: rules.nothingInherits,
    bad: [["src/data/a.ts", "class A extends B {}"]],
    good: [["src/data/a.ts", "class A implements B {}\ninterface C extends B {}"]],
  },
  {
    says: "wall time is injected outside core and cli",
    rule: rules.datesAreGiven,
    bad: [["src/node/a.ts", "const now = new Date();"]],
    good: [
      ["src/node/a.ts", "const then = new Date(clock.wallMs());"],
      ["src/cli/a.ts", "const now = new Date();"],
    ],
  },
  {
    says: "no interface has an I-prefix",
    rule: rules.interfacesHaveNoPrefix,
    bad: [["src/data/a.ts", "interface IReader {}"]],
    good: [["src/data/a.ts", "interface Identity {}\ninterface IO {}"]],
  },
  {
    says: "files are named by the one thing inside",
    rule: rules.filesAreNamedByContent,
    bad: [
      ["src/data/utils.ts", ""],
      ["src/data/common/a.ts", ""],
      ["src/data/string-helpers.ts", ""],
      ["src/node/base.ts", ""],
    ],
    good: [["src/data/database.ts", ""]],
  },
  {
    says: "values that cannot be missing are never replaced by 0 or nothing",
    rule: rules.missingValuesThrow,
    bad: [
      ["src/data/a.ts", "const first = rows[0] ?? 0;"],
      ["src/evaluation/a.ts", "sum += (rows[0] ?? 0.0) / n;"],
      ["src/core/a.ts", 'const name = names.get("a") ?? "";'],
      ["src/core/a.ts", "const name = names[0] ?? ``;"],
      ["src/core/meter.ts", "const a = counts.get(key) ?? 0;\nconst b = rows[0] ?? 0;"],
      ["src/core/meter.ts", "const a = 1;"],
    ],
    good: [
      ["src/data/a.ts", "const first = at(rows, 0);\nconst second = rows[1] as number;"],
      ["src/data/a.ts", 'const name = given ?? "nobody";\nconst size = given ?? other;\nconst x = a || 0;'],
      ["src/core/meter.ts", "const a = counts.get(key) ?? 0;"],
    ],
  },
  {
    says: "docstrings begin with a verb or a noun phrase",
    rule: rules.docstringsReadPlainly,
    bad: [
      ["src/data/a.ts", "/** What a table holds. */\nexport type A = 1;"],
      ["src/data/a.ts", "/**\n * Whether it is there.\n */\nconst a = 1;"],
      ["src/data/a.ts", "interface A {\n  /** How many there are. */\n  readonly n: number;\n}"],
      ["src/data/a.ts", "/** Answers. Who misses it asks again. */\nconst a = 1;"],
      ["src/data/a.ts", "/** Rows that can not be read. */\nconst a = 1;"],
    ],
    good: [
      ["src/data/a.ts", "/** The rows of a table: what it holds. */\nexport type A = 1;"],
      ["src/data/a.ts", "/** Tells whether it is there. */\nconst a = 1;"],
    ],
  },
  {
    says: "nothing is left to do in a comment",
    rule: rules.nothingIsLeftToDo,
    bad: [["src/data/a.ts", `/* ${"TO"}${"DO"}: more */`]],
    good: [["src/data/a.ts", 'const todo = "nothing";']],
  },
];

describe("the sources", () => {
  it("are there", () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  for (const {says, rule, bad, good} of LAWS) {
    it(says, () => {
      for (const [file, text] of bad) expect(rule(parseSource(file, text)), text || file).not.toEqual([]);
      for (const [file, text] of good) expect(rule(parseSource(file, text)), text || file).toEqual([]);
      expect(sources.flatMap(rule)).toEqual([]);
    });
  }
});

describe("rooms and folders", () => {
  it("are small: none has more than 12 % of all lines, or more than 20 files side by side", () => {
    const nine = Array.from({length: 9}, (_, at) => parseSource(`src/room${at}/a.ts`, "\n".repeat(9)));
    const tenth = (lines: number) => parseSource("src/tenth/a.ts", "\n".repeat(lines - 1));
    expect(sizeFaults([...nine, tenth(12)])).toEqual([]);
    expect(sizeFaults([...nine, tenth(13)])).toEqual(["src/tenth has 13 % of all lines"]);
    const flat = (count: number) =>
      Array.from({length: count}, (_, at) => parseSource(`src/room${at % 9}/flat/${at}.ts`, ""));
    expect(sizeFaults(flat(180))).toEqual([]);
    expect(sizeFaults(flat(181))).toEqual(["src/room0/flat has 21 files side by side"]);
    expect(sizeFaults(sources)).toEqual([]);
  });
});

describe("exported names", () => {
  it("have one meaning each", () => {
    const [one, other] = [
      parseSource(
        "src/a/one.ts",
        "export interface Cell {}\nexport function cell(): void;\nexport function cell() {}",
      ),
      parseSource("src/b/other.ts", "export type Cell = 1;\nconst cell = 1;"),
    ];
    expect(nameFaults([one])).toEqual([]);
    expect(nameFaults([one, other])).toEqual(["Cell is declared in src/a/one.ts and src/b/other.ts"]);
    expect(nameFaults(sources)).toEqual([]);
  });
});

describe("error codes", () => {
  const list =
    '/** Codes. */\nexport type DataErrorCode =\n  /** One. */\n  | "DATA_ONE"\n  /** Two. */\n  | "DATA_TWO";';
  const uses = 'new CodedError("DATA_ONE", "x");\nconst table = {DATA_TWO: 2};';
  const faultsOf = (...files: readonly (readonly [string, string])[]): readonly string[] =>
    errorCodeFaults(files.map(([file, text]) => parseSource(file, text)));

  it("are found when thrown but not listed, foreign, unused or without a doc line", () => {
    const errors = ["src/data/errors.ts", list] as const;
    expect(faultsOf(errors, ["src/data/a.ts", uses])).toEqual([]);
    expect(faultsOf(errors, ["src/data/a.ts", `${uses}\nnew CodedError("DATA_NEW", "x");`])).toEqual([
      "src/data/a.ts:3 DATA_NEW is in no list",
    ]);
    expect(faultsOf(errors, ["src/data/a.ts", uses], ["src/node/b.ts", uses])).toEqual([
      "src/node/b.ts:1 DATA_ONE is another room's",
    ]);
    expect(faultsOf(errors, ["src/data/a.ts", 'new CodedError("DATA_ONE", "x");'])).toEqual([
      "src/data/errors.ts:6 DATA_TWO is used nowhere",
    ]);
    const bare = list.replace("  /** Two. */\n", "");
    expect(faultsOf(["src/data/errors.ts", bare], ["src/data/a.ts", uses])).toEqual([
      "src/data/errors.ts:5 DATA_TWO has no doc line",
    ]);
  });

  it("of every room are listed, its own, documented and used", () => {
    expect(errorCodeFaults(sources)).toEqual([]);
  });
});

describe("the repository", () => {
  const folders = ["home", "root", "work", "Users"].join("|");
  const machinePath = new RegExp(`(?<![\\w.*@-])/(${folders})/`);

  it("names no path of one machine", () => {
    expect("see /ho" + "me/ann/x").toMatch(machinePath);
    expect("see https://example.org/ho" + "me/x").not.toMatch(machinePath);
    const offenders = filesBelow(".").filter((file) => {
      const text = readFileSync(path.join(ROOT, file), "utf8");
      return !text.includes("\0") && text.split("\n").some((line) => machinePath.test(line));
    });
    expect(offenders).toEqual([]);
  });
});
