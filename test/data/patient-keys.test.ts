import {describe, expect, it} from "vitest";
import {createFaultBook, readSite, type SiteTable} from "../../src/data/index.ts";
import {taskWith} from "./workspace.ts";
import {workbookOf} from "./xlsx.ts";

interface Read {
  readonly table: SiteTable;
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

async function read(name: string, content: string | Uint8Array, split?: string): Promise<Read> {
  const splits = split === undefined ? {} : {"who.csv": split};
  const keys =
    "{type: keys, file: who.csv, patient: id, column: at, sites: {alpha: {train: a, test: b}}, validation: 0.2}";
  const located = await taskWith(
    {[name]: content, ...splits},
    {sites: `{alpha: {file: ${name}}}`, ...(split === undefined ? {} : {split: keys})},
  );
  const book = createFaultBook();
  const notes: string[] = [];
  const findings = {
    fault: book.fault,
    tell: (level: string, text: string) => void notes.push(`${level}: ${text}`),
    progress: () => undefined,
  };
  return {table: await readSite({...located, site: "alpha", findings}), faults: book.lines(), notes};
}

const table = (keys: readonly string[]): string =>
  ["id,age,sex,grade,stroke", ...keys.map((key, at) => `${key},${50 + at},f,1,${at % 2}`)].join("\n");

describe("keys of one table that may mean one patient", () => {
  it.each([
    [["7", "7.0", "8"], /1-9 patients' keys .* once a \.0 at the end is taken off/],
    [["ab", "AB", "c"], /once upper and lower case are taken as one/],
    [["P 1", "P1", "c"], /once blanks are taken out/],
    [["P01", "P1", "c"], /once leading zeros are taken off/],
  ])("are told: %j", async (keys, expected) => {
    const {table: kept, faults, notes} = await read("alpha.csv", table(keys));
    expect(faults).toEqual([]);
    expect(notes.filter((note) => note.includes("patients' keys"))).toEqual([
      expect.stringMatching(expected),
    ]);
    expect(new Set(kept.patients).size).toBe(3);
  });

  it("are one where they differ in what nobody sees only", async () => {
    const twice = ["P1", "P1", "P2"].map((key, at) => `${key}${at === 1 ? "\u200b" : ""},${50 + at},f,1,0`);
    const {table: kept} = await read("alpha.csv", `id,age,s\u00adex,grade,stroke\n${twice.join("\n")}`);
    expect(kept.patients).toEqual(["alpha:P1", "alpha:P1", "alpha:P2"]);
  });

  it("are not made up", async () => {
    const {notes} = await read("alpha.csv", table(["1E5", "2E5", "10", "100", "a-1", "a_1"]));
    expect(notes.filter((note) => note.includes("keys"))).toEqual([]);
  });
});

describe("keys that have lost digits", () => {
  it.each(["1.23457E+12", "9.007199254740992e+15"])("are refused as text: %s", async (key) => {
    const {faults} = await read("alpha.csv", table([key, key, "3"]));
    expect(faults).toEqual(
      [2, 3].map((line) =>
        expect.stringMatching(
          new RegExp(
            `^DATA_VALUE_INVALID: alpha\\.csv:${line}:1: id: is a number in scientific notation: Excel has lost digits of it\\. Format the column as text`,
          ),
        ),
      ),
    );
  });

  it("are refused as numbers of a workbook, where a text keeps them", async () => {
    const rows = (first: string, second: string) => [
      ["id", "age", "sex", "grade", "stroke"],
      [first, "50", "f", "1", "0"],
      [second, "60", "m", "2", "1"],
    ];
    const long = "9007199254740993";
    const sheet = {name: "a", rows: rows(`<c><v>${long}</v></c>`, long)};
    const {table: kept, faults} = await read("alpha.xlsx", workbookOf([sheet]));
    expect(faults).toEqual([
      expect.stringMatching(/^DATA_VALUE_INVALID: alpha\.xlsx:2:1: id: is a number of more than 15 digits/),
    ]);
    expect(kept.patients).toEqual([`alpha:${long}`]);
  });

  it("are refused with the decimal comma of a German or French Excel", async () => {
    const {faults} = await read("alpha.csv", table(['"1,23457E+12"', '"1,23457E+12"', "3"]));
    expect(faults).toEqual(
      [2, 3].map((line) =>
        expect.stringMatching(
          new RegExp(`^DATA_VALUE_INVALID: alpha\\.csv:${line}:1: id: is a number in scien`),
        ),
      ),
    );
  });
});

describe("patients that a split file leaves out", () => {
  it("are counted and told", async () => {
    const {table: kept, notes} = await read(
      "alpha.csv",
      table(["p1", "p2", "p3"]),
      "id,at\np1,a\np2,b\nP3,c\n",
    );
    expect(kept.patients).toEqual(["alpha:p1", "alpha:p2"]);
    expect(notes).toContain(
      "warning: who.csv: 1-9 patients of alpha.csv are placed at no site: they are left out",
    );
  });
});
