import {inspect} from "node:util";
import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {errorLine} from "../../src/core/index.ts";
import {readSite} from "../../src/data/index.ts";
import {folderWith, taskWith, thrownBy} from "./workspace.ts";

const HEADER = "id,age,sex,grade,stroke";

async function readAlpha(content: string | Uint8Array, changes: Readonly<Record<string, string>> = {}) {
  return readSite({...(await taskWith({"alpha.csv": content}, changes)), site: "alpha"});
}

async function lineFor(content: string, changes: Readonly<Record<string, string>> = {}): Promise<string> {
  return errorLine(await thrownBy(() => readAlpha(content, changes)));
}

describe("a site's table", () => {
  it("holds the features in order, the labels and namespaced patients", async () => {
    const table = await readAlpha(`${HEADER}\nx,61.5,f,2,1\ny,40,m,1,0\n`);
    expect(table.featureNames).toEqual(["age", "sex", "grade_2", "grade_3"]);
    expect([...table.values]).toEqual([61.5, 1, 1, 0, 40, 0, 0, 0]);
    expect([...table.labels]).toEqual([1, 0]);
    expect(table.patients).toEqual(["alpha:x", "alpha:y"]);
    expect(table.assignedParts).toBeNull();
  });

  it("is the same with a byte order mark, CRLF, quotes, blanks and trailing blank lines", async () => {
    const plain = await readAlpha(`${HEADER}\nx,61.5,f,2,1\ny,40,m,1,0\n`);
    const windows = `\uFEFF${HEADER}\r\nx, 61.5 ,"f",2,1\r\ny,40,m,1,0\r\n\r\n  \r\n`;
    expect(await readAlpha(windows)).toEqual(plain);
    expect(await readAlpha(`${HEADER}\nx,61.5,f,2,1\ny,40,m,1,0`), "no final line end").toEqual(plain);
  });

  it("takes codes that are equal as numbers for the same", async () => {
    const table = await readAlpha(`${HEADER}\nx,.5e2,f,2.0,1.0\ny,40.,m,+1,0.0\n`);
    expect([...table.values]).toEqual([50, 1, 1, 0, 40, 0, 0, 0]);
    expect([...table.labels]).toEqual([1, 0]);
  });

  it("leaves out rows with a missing value in a used column, and counts them", async () => {
    const table = await readAlpha(
      "id,age,sex,grade,stroke,note\na,?,f,2,1,\nb,40,m,1,0,\nc,50,,1,0,\nd,50,m,1,?,\ne,50,m,1,1,?\n",
    );
    expect(table.patients).toEqual(["alpha:b", "alpha:e"]);
    expect([...table.rowNumbers]).toEqual([1, 4]);
    expect(table.droppedRows).toBe(3);
  });

  it("takes each row for another patient when there is no key", async () => {
    const table = await readAlpha("age,sex,grade,stroke\n?,f,2,1\n50,f,2,1\n40,m,1,0\n", {patient: "null"});
    expect(table.patients).toEqual(["alpha:1", "alpha:2"]);
  });

  it("is read without opening another site's file", async () => {
    const sites = {sites: "{alpha: {file: alpha.csv}, beta: {file: does-not-exist.csv}}"};
    expect((await readAlpha(`${HEADER}\nx,61,f,2,1\n`, sites)).site).toBe("alpha");
  });

  it("may be larger than the first piece of memory", async () => {
    const rows = Array.from({length: 3000}, (_, row) => `p${row},${row % 100},f,3,${row % 2}`);
    const table = await readAlpha([HEADER, ...rows].join("\n"));
    expect(table.values.length).toBe(3000 * 4);
    expect(table.values[2999 * 4]).toBe(99);
  });
});

describe("a fault in a site's file is one line with its place and a hint:", () => {
  const faults: [string, string, Record<string, string>, string][] = [
    [
      "a missing column",
      "id,aged,sex,grade,stroke\nx,61,f,2,1\n",
      {},
      'DATA_COLUMN_MISSING: alpha.csv:1: no column "age" among 5. Did you mean "aged"?',
    ],
    [
      "a repeated header",
      "id,age,sex,grade,age,stroke\nx,61,f,2,1,1\n",
      {},
      "DATA_HEADER_DUPLICATE: alpha.csv:1:5: has the same name as column 2. Give each column a name of its own; " +
        "a file without a header line needs csv.header: false.",
    ],
    [
      "a row with too few fields",
      `${HEADER}\nx,61,f,2,1\ny,61,f,2\n`,
      {},
      "DATA_ROW_RAGGED: alpha.csv:3: 4 fields, expected 5. Mend the row, or check the delimiter.",
    ],
    [
      "a word for a number",
      `${HEADER}\nx,6l,f,2,1\n`,
      {},
      "DATA_VALUE_INVALID: alpha.csv:2:2: age: is not a number. Use a decimal point; list markers of missing values " +
        "under missing.markers.",
    ],
    [
      "a number outside its range",
      `${HEADER}\nx,61,f,2,1\ny,610,f,2,1\n`,
      {},
      "DATA_VALUE_OUT_OF_RANGE: alpha.csv:3:2: age: outside 0 to 120 years. Check the unit; sites that differ must convert.",
    ],
    [
      "a value that is neither of two",
      `${HEADER}\nx,61,w,2,1\n`,
      {},
      'DATA_VALUE_INVALID: alpha.csv:2:3: sex: is neither "f" nor "m". Mend the file, or the task if this value is ' +
        "meant to be allowed.",
    ],
    [
      "an unknown category",
      `${HEADER}\nx,61,f,4,1\n`,
      {},
      "DATA_CATEGORY_UNKNOWN: alpha.csv:2:4: grade: is none of the 3 categories of the task. Mend the file, or the " +
        "task if this value is meant to be allowed.",
    ],
    [
      "an unknown label",
      `${HEADER}\nx,61,f,2,9\n`,
      {},
      "DATA_LABEL_UNKNOWN: alpha.csv:2:5: stroke: is neither a positive nor a negative label of the task. Mend the " +
        "file, or list the label in the task.",
    ],
    [
      "a missing value under the policy refuse",
      `${HEADER}\nx,61,?,2,1\n`,
      {missing: '{markers: ["?"], policy: refuse}'},
      "DATA_VALUE_MISSING: alpha.csv:2:3: sex: is missing. Mend the file, or set missing.policy to drop-row.",
    ],
    [
      "a row without a patient",
      `${HEADER}\n?,61,f,2,1\n`,
      {},
      "DATA_PATIENT_MISSING: alpha.csv:2:1: id: is missing. Give each row its patient's key, or set patient to null " +
        "if each row is another patient.",
    ],
    [
      "two labels of one patient",
      `${HEADER}\nx,61,f,2,1\ny,61,f,2,1\nx,62,f,2,0\n`,
      {},
      "DATA_PATIENT_LABELS_DIFFER: alpha.csv:4: label or time differs from that of the same patient on line 2. One label per " +
        "patient: mend the file, or choose another patient column.",
    ],
    [
      "an empty file",
      "",
      {},
      "DATA_TABLE_EMPTY: alpha.csv: holds no data row. Check that it is the right file.",
    ],
    [
      "a header alone",
      `${HEADER}\n`,
      {},
      "DATA_TABLE_EMPTY: alpha.csv: holds no data row. Check that it is the right file.",
    ],
    [
      "no row left",
      `${HEADER}\nx,?,f,2,1\n`,
      {},
      "DATA_NO_ROW_LEFT: alpha.csv: every row misses a value (age in each). Check missing.markers, or leave out the column that is " +
        "never filled.",
    ],
    [
      "an open quotation mark",
      `${HEADER}\nx,61,"f,2,1\n`,
      {},
      "DATA_FILE_MALFORMED: alpha.csv:2: is not well-formed CSV. Look for a quotation mark that is not closed, or a " +
        "wrong delimiter.",
    ],
  ];
  it.each(faults)("%s", async (_, content, changes, expected) => {
    expect(await lineFor(content, changes)).toBe(expected);
  });

  it("a row without end is refused before it is wholly in memory", async () => {
    expect(await lineFor(`${HEADER}\nx,"${"9".repeat(1_100_000)}`)).toMatch(
      /^DATA_FILE_MALFORMED: alpha\.csv:/,
    );
  });

  it("a missing file, a folder in its place and an unknown site", async () => {
    const located = await taskWith(
      {"beta.csv/inner": ""},
      {sites: "{alpha: {file: alpha.csv}, beta: {file: beta.csv}}"},
    );
    const read = (site: string) => thrownBy(() => readSite({...located, site}));
    expect(errorLine(await read("alpha"))).toMatch(
      /^DATA_FILE_MISSING: alpha\.csv: no such file .*Check root and file/,
    );
    expect(errorLine(await read("beta"))).toMatch(
      /^DATA_FILE_UNREADABLE: beta\.csv: cannot be read \(EISDIR\)/,
    );
    expect(errorLine(await read("alhpa"))).toBe(
      'DATA_SITE_UNKNOWN: task stroke: lists no site "alhpa". Did you mean "alpha"?',
    );
    expect(await read("toString")).toMatchObject({code: "DATA_SITE_UNKNOWN"});
  });
});

describe("what leaves with an error", () => {
  it("is never a cell of the file: not in message, hint, data, cause or stack", async () => {
    const folder = await folderWith({});
    expect(folder).not.toContain("4711");
    await fc.assert(
      fc.asyncProperty(
        fc.nat({max: 3}),
        fc.nat({max: 4}),
        fc.constantFrom(
          "CANARY-4711",
          "4711",
          'CANARY"4711',
          '4711"CANARY',
          '"CANARY-4711',
          "4711,4711",
          "4711.0e3",
        ),
        async (row, column, canary) => {
          const cells = [
            HEADER.split(","),
            ["x", "61", "f", "2", "1"],
            ["y", "62", "m", "3", "0"],
            ["x", "9", "m", "1", "1"],
          ];
          const target = cells[row];
          if (target !== undefined) target[column] = canary;
          const located = await taskWith({"alpha.csv": cells.map((line) => line.join(",")).join("\n")});
          const error = await thrownBy(() => readSite({...located, site: "alpha"}));
          expect(inspect(error, {depth: 9, showHidden: true})).not.toContain("4711");
        },
      ),
      {numRuns: 120},
    );
  });
});
