import {execFileSync} from "node:child_process";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {describe, expect, it} from "vitest";
import {errorLine} from "../../src/core/index.ts";
import {readSite, type SiteTable} from "../../src/data/index.ts";
import {taskWith, thrownBy} from "./workspace.ts";

const ROWS = ["p1,50,f,1,0", "p2,60,m,2,1", "p3,70,f,3,1"];
const TABLE = ["id,age,sex,grade,stroke", ...ROWS].join("\n");

async function read(
  content: string | Uint8Array,
  changes: Readonly<Record<string, string>> = {},
): Promise<SiteTable> {
  return readSite({...(await taskWith({"alpha.csv": content}, changes)), site: "alpha"});
}

async function lineFor(content: string | Uint8Array, changes: Readonly<Record<string, string>> = {}) {
  return errorLine(await thrownBy(() => read(content, changes)));
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

const AGES_AND_SEXES = [50, 1, 0, 0, 60, 0, 1, 0, 70, 1, 0, 1];

describe("a table", () => {
  it.each([
    ["with a line that names its delimiter", `sep=;\n${TABLE.replaceAll(",", ";")}`],
    ["with a header that ends in CRLF and rows that end in LF", TABLE.replace("\n", "\r\n")],
    ["with rows that end in CR", TABLE.replaceAll("\n", "\r")],
    ["with empty rows below and between", `${TABLE.replace("\n", "\n,,,,\n")}\n,,,,\n , ,,,\n`],
    [
      "with two unused columns of one name",
      TABLE.split("\n")
        .map((line, row) => `${line},${row === 0 ? "x,x" : "1,2"}`)
        .join("\n"),
    ],
    ["in UTF-16 with its mark", Buffer.from(`\ufeff${TABLE}`, "utf16le")],
  ])("is read %s", async (_, content) => {
    const table = await read(content);
    expect([...table.values]).toEqual(AGES_AND_SEXES);
    expect(table.patients).toEqual(["alpha:p1", "alpha:p2", "alpha:p3"]);
  });

  it("names the right line below a line that names the delimiter", async () => {
    expect(await lineFor(`sep=;\n${TABLE.replaceAll(",", ";").replace("60", "600")}`)).toContain(
      "alpha.csv:4:2: age",
    );
  });

  it("has its lines told right behind a line that names its delimiter, also of what is no CSV", async () => {
    const broken = TABLE.replaceAll(",", ";").replace("60", 'a"60');
    const plain = TABLE.replace("60", 'a"60');
    const lineNumber = (line: string): number =>
      Number(/alpha\.csv:(\d+): is not well-formed/.exec(line)?.[1]);
    expect(lineNumber(await lineFor(`sep=;\n${broken}`))).toBe(lineNumber(await lineFor(plain)) + 1);
  });

  it("is refused when a column that is used is there twice", async () => {
    const twice = TABLE.split("\n").map((line, row) => `${line},${row === 0 ? "age" : "1"}`);
    expect(await lineFor(twice.join("\n"))).toMatch(
      /^DATA_HEADER_DUPLICATE: alpha\.csv:1:6: .* as column 2\./,
    );
  });

  it("is refused with the line that has the header, where one below the first has it", async () => {
    expect(await lineFor(`Our patients,,,,\n\n2024,,,,\n${TABLE}`)).toMatch(
      /^DATA_COLUMN_MISSING: alpha\.csv:1: .* The header is on line 4: delete the lines above it\.$/,
    );
  });

  it("is refused for a row that is too long, with the bound", async () => {
    expect(await lineFor(`${TABLE}\np4,50,f,1,${"1".repeat(1_000_001)}`)).toMatch(
      /^DATA_FILE_MALFORMED: alpha\.csv:\d+: a row is longer than 1000000 characters\. /,
    );
  });

  it("tells which delimiter it has", async () => {
    expect(await lineFor(TABLE.replaceAll(",", ";"))).toBe(
      "DATA_COLUMN_MISSING: alpha.csv:1: 5 of the 5 columns of the task are not among 1. Its columns are separated by " +
        '";": say so in the task (csv.delimiter, where it has one), or save it with commas.',
    );
  });

  it.each([
    ["compressed by gzip", gzipSync(TABLE)],
    ["an old Excel file (.xls)", Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)],
    [
      "an OpenDocument table (.ods)",
      latin1("PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
    ],
    ["an Excel workbook", latin1("PK\x03\x04\x14\0xl/workbook.xml")],
    ["a ZIP archive", latin1("PK\x03\x04\x14\0alpha.csv")],
    ["a web page", "\n<html><table></table></html>"],
  ])("in a format that is not read is named: %s", async (name, content) => {
    const line = await lineFor(content);
    expect(line).toContain(`DATA_FILE_UNSUPPORTED: alpha.csv: is ${name}`);
    expect(line.split("\n")).toHaveLength(1);
  });
});

describe("a pipe in place of a table", () => {
  it.each(["alpha.csv", "alpha.xlsx"])("is refused without waiting for it: %s", async (name) => {
    const located = await taskWith({}, {sites: `{alpha: {file: ${name}}}`});
    execFileSync("mkfifo", [join(located.folder, name)]);
    expect(errorLine(await thrownBy(() => readSite({...located, site: "alpha"})))).toBe(
      `DATA_FILE_UNREADABLE: ${name}: is not a plain file. Put the file itself there.`,
    );
  });
});

describe("letters with accents", () => {
  it("in another encoding are refused with their place, and never shown mangled", async () => {
    for (const text of [TABLE.replace("p2", "Ä2"), TABLE.replace("id,age", "größe,age")]) {
      const line = await lineFor(latin1(text));
      expect(line).toMatch(
        /^DATA_FILE_ENCODING: alpha\.csv: is not UTF-8 \(byte 0x(C4 on line 3|F6 on line 1)\)/,
      );
      expect(line).not.toContain("\ufffd");
    }
  });

  it("that a conversion lost before are refused, where they are used", async () => {
    expect(await lineFor(TABLE.replace("p2", "\ufffd2"))).toMatch(/^DATA_FILE_ENCODING: alpha\.csv:3:1: /);
    const unused = TABLE.split("\n").map((line, row) => `${line},${row === 0 ? "note" : "\ufffd"}`);
    expect((await read(unused.join("\n"))).patients).toHaveLength(3);
  });

  it("mean the same composed and decomposed: as key, column, code, and in the task", async () => {
    const composed = "Müller".normalize("NFC");
    const decomposed = "Müller".normalize("NFD");
    const rows = [
      `id,${decomposed},sex,grade,stroke`,
      `${composed},50,männlich,1,1`,
      `${decomposed},51,${"männlich".normalize("NFD")},1,1`,
    ];
    for (const form of ["NFC", "NFD"] as const) {
      const columns = `
  - {name: Müller, type: number, unit: years, range: [0, 120]}
  - {name: sex, type: binary, positive: männlich, negative: weiblich}`.normalize(form);
      const table = await read(rows.join("\n"), {columns});
      expect(new Set(table.patients)).toEqual(new Set([`alpha:${composed}`]));
      expect([...table.values]).toEqual([50, 1, 51, 1]);
      expect(table.featureNames).toEqual([composed, "sex"]);
    }
  });
});

describe("a marker of missing values", () => {
  const changes = {missing: '{markers: ["", "999", "-9", "NA"], policy: drop-row}'};

  it.each(["999", "999.0", "9.99e2", "+999", "-9", "-9.00", "NA", ""])(
    "that is a number stands for the number, another for its text: %s",
    async (cell) => {
      const columns = "[{name: age, type: number, unit: years, range: [-10, 1000]}]";
      const table = await read(TABLE.replace("60", cell), {...changes, columns});
      expect(table.patients).toEqual(["alpha:p1", "alpha:p3"]);
      expect(table).toMatchObject({droppedRows: 1, droppedPatients: 1, gaps: [{column: "age", rows: 1}]});
    },
  );

  it("that is a number is a patient's key like any other", async () => {
    expect((await read(TABLE.replace("p2", "999"), changes)).patients).toContain("alpha:999");
    expect(await lineFor(TABLE.replace("p2", "NA"), changes)).toMatch(
      /^DATA_PATIENT_MISSING: alpha\.csv:3:1: /,
    );
  });

  it("counts the patients of whom no row is left, by column", async () => {
    const rows = [...ROWS, "p1,NA,f,NA,0", "p4,NA,f,1,0"];
    const table = await read(["id,age,sex,grade,stroke", ...rows].join("\n"), changes);
    expect(table).toMatchObject({droppedRows: 2, droppedPatients: 1});
    expect(table.gaps).toEqual([
      {column: "age", rows: 2},
      {column: "grade", rows: 1},
    ]);
  });
});

describe("codes of many digits", () => {
  it("are compared as text, since as numbers two different ones could be equal", async () => {
    const columns =
      '[{name: age, type: category, categories: ["9007199254740993", "9007199254740992"], encode: one-hot}]';
    const rows = ["id,age,stroke", "p1,9007199254740993,0", "p2,9007199254740992,1"];
    expect([...(await read(rows.join("\n"), {columns})).values]).toEqual([1, 0, 0, 1]);
  });

  it("must be quoted in the task, as YAML would round them", async () => {
    const columns = "[{name: age, type: category, categories: [9007199254740993, 1], encode: one-hot}]";
    const line = errorLine(await thrownBy(() => taskWith({}, {columns})));
    expect(line).toMatch(/^DATA_TASK_INVALID: .*put it in quotes/i);
  });
});
