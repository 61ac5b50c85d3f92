import {strToU8, zipSync} from "fflate";
import {describe, expect, it} from "vitest";
import {errorLine} from "../../src/core/index.ts";
import {createFaultBook, readSite, type SiteTable} from "../../src/data/index.ts";
import {scanSheet} from "../../src/data/readers/sheet-cells.ts";
import {taskWith, thrownBy} from "./workspace.ts";
import {type TestSheet, workbookOf} from "./xlsx.ts";

const SITES = "{alpha: {file: alpha.xlsx}}";
const HEADER = ["id", "age", "sex", "grade", "stroke"];
const ROWS = [
  ["p1", "50", "f", "1", "0"],
  ["p2", "60", "m", "2", "1"],
  ["p3", "70", "f", "3", "1"],
];
const SHEET: TestSheet = {name: "Patients", rows: [HEADER, ...ROWS]};

interface Read {
  readonly table: SiteTable;
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

async function read(bytes: Uint8Array, changes: Readonly<Record<string, string>> = {}): Promise<Read> {
  const located = await taskWith({"alpha.xlsx": bytes}, {sites: SITES, ...changes});
  const book = createFaultBook();
  const notes: string[] = [];
  const findings = {
    fault: book.fault,
    tell: (level: string, text: string) => void notes.push(`${level}: ${text}`),
    progress: () => undefined,
  };
  return {table: await readSite({...located, site: "alpha", findings}), faults: book.lines(), notes};
}

async function lineFor(bytes: Uint8Array): Promise<string> {
  const located = await taskWith({"alpha.xlsx": bytes}, {sites: SITES});
  return errorLine(await thrownBy(() => readSite({...located, site: "alpha"})));
}

/** The sheet with another cell at a row and column of its data, from 0. */
function withCell(row: number, column: number, cell: string): TestSheet {
  return {
    ...SHEET,
    rows: [HEADER, ...ROWS.map((cells, at) => (at === row ? cells.with(column, cell) : cells))],
  };
}

describe("a workbook", () => {
  it("is a table like any other, and nothing is told of it", async () => {
    const {table, faults, notes} = await read(workbookOf([SHEET]));
    expect([...table.values]).toEqual([50, 1, 0, 0, 60, 0, 1, 0, 70, 1, 0, 1]);
    expect([faults, notes]).toEqual([[], []]);
  });

  it("is read from its first sheet that is shown, whose name is told", async () => {
    const codes = {
      name: "Codes &amp; more",
      isHidden: true,
      rows: [
        ["id", "stroke"],
        ["x", "1"],
      ],
    };
    const {table, notes} = await read(workbookOf([codes, SHEET]));
    expect(table.patients).toHaveLength(3);
    expect(notes).toEqual(['note: alpha.xlsx: of 2 sheets "Patients" is read (1 hidden before it)']);
    expect((await read(workbookOf([SHEET, codes]))).notes).toEqual([
      'note: alpha.xlsx: of 2 sheets "Patients" is read',
    ]);
    expect(await lineFor(workbookOf([codes]))).toMatch(
      /^DATA_TABLE_EMPTY: alpha\.xlsx: has no sheet that is shown/,
    );
  });

  it("is read with its hidden rows, which are told", async () => {
    const {table, notes} = await read(workbookOf([{...SHEET, hiddenRows: [2, 3]}]));
    expect(table.patients).toHaveLength(3);
    expect(notes).toEqual([
      "warning: alpha.xlsx: 1-9 rows that Excel hides, or filters out, are read like the others; delete them where they are no part of the table",
    ]);
  });

  it("that lacks columns is refused with the sheet that was read, and the row or sheet that has them", async () => {
    const titled = {...SHEET, rows: [["Our patients"], ["2024"], ...SHEET.rows]};
    expect(await lineFor(workbookOf([titled]))).toBe(
      'DATA_COLUMN_MISSING: alpha.xlsx:1: 5 of the 5 columns of the task are not among 5 of the sheet "Patients". The header is on row 3: delete the rows above it.',
    );
    const legend = {
      name: "Legend",
      rows: [
        ["id", "meaning"],
        ["x", "1"],
      ],
    };
    expect(await lineFor(workbookOf([legend, SHEET]))).toMatch(
      /of the sheet "Legend"\. The sheet "Patients" has them: make it the first one that is shown\.$/,
    );
    expect(await lineFor(workbookOf([legend]))).toMatch(/of the sheet "Legend"\. Check the header\.$/);
  });

  it.each([
    [
      "an old Excel file (.xls), or one with a password",
      Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1),
    ],
    ["plain text", new TextEncoder().encode("id,age\n1,2\n")],
    ["compressed by gzip", Uint8Array.of(0x1f, 0x8b, 8, 0)],
  ])("in name only is refused for what it is: %s", async (what, bytes) => {
    expect(await lineFor(bytes)).toContain(
      `DATA_FILE_UNSUPPORTED: alpha.xlsx: is ${what}, no .xlsx workbook. `,
    );
  });

  it("without a header takes the names from the task", async () => {
    const changes = {csv: "{header: false}", fileColumns: `[${HEADER.join(", ")}]`};
    const {table} = await read(workbookOf([{name: "Patients", rows: ROWS}]), changes);
    expect(table.patients).toEqual(["alpha:p1", "alpha:p2", "alpha:p3"]);
  });
});

describe("a cell without a plain value", () => {
  it.each(["#N/A", "#REF!"])(
    "that is an error of a formula is told as such, unless a marker means it: %s",
    async (error) => {
      const bytes = workbookOf([withCell(1, 1, `<c t="e"><f>A1</f><v>${error}</v></c>`)]);
      const {faults} = await read(bytes);
      expect(faults).toHaveLength(1);
      expect(faults[0]).toContain(
        `DATA_CELL_UNUSABLE: alpha.xlsx:3:2: age: holds Excel's error ${error}. Mend the formula`,
      );
      const {table, faults: none} = await read(bytes, {
        missing: `{markers: ["", "${error}"], policy: drop-row}`,
      });
      expect([table.droppedRows, none]).toEqual([1, []]);
    },
  );

  // As openpyxl, R's openxlsx and a file that was never opened in Excel have them.
  it.each(["<c><f>B1+1</f></c>", "<c><f>B1+1</f><v></v></c>", "<c><f>B1+1</f><v/></c>"])(
    "that is a formula without its value is told as such: %s",
    async (cell) => {
      const {table, faults} = await read(workbookOf([withCell(2, 1, cell)]));
      expect(faults).toEqual([
        expect.stringContaining(
          "DATA_CELL_UNUSABLE: alpha.xlsx:4:2: holds a formula whose value is not stored",
        ),
      ]);
      expect([table.patients.length, table.droppedRows]).toEqual([2, 0]);
    },
  );

  it("is told as the date or the truth value that it is", async () => {
    expect(await lineFor(workbookOf([withCell(0, 1, '<c t="d"><v>2024-01-02</v></c>')]))).toBe(
      "DATA_VALUE_INVALID: alpha.xlsx:2:2: age: is a date, not a number. Format the column as a number, or name the column that has the number.",
    );
    const truth = '<c t="b"><v>1</v></c>';
    expect(await lineFor(workbookOf([withCell(0, 1, truth)]))).toContain(
      "age: is TRUE or FALSE, not a number.",
    );
    for (const column of [2, 3, 4]) {
      expect(await lineFor(workbookOf([withCell(0, column, truth)]))).toContain(
        ': the cell is TRUE or FALSE. A workbook\'s TRUE and FALSE are read as "True" and "False"',
      );
    }
  });

  it("that is a formula with its value is the value", async () => {
    const {table, faults} = await read(workbookOf([withCell(2, 1, "<c><f>B1+1</f><v>71</v></c>")]));
    expect([table.values[8], faults]).toEqual([71, []]);
  });

  it("that is merged with others is told, where its column is used and below the header", async () => {
    const wide: TestSheet = {...SHEET, rows: SHEET.rows.map((cells) => [...cells, "", ""])};
    const {faults} = await read(workbookOf([{...wide, merged: ["E2:E4", "G2:G4", "A1:E1"]}]));
    expect(faults).toEqual([
      expect.stringContaining("DATA_CELL_UNUSABLE: alpha.xlsx:2:5: is merged with the cells down to row 4"),
    ]);
  });

  it("is nobody's business in a column that the task does not use", async () => {
    const rows = SHEET.rows.map((cells, at) => [...cells, at === 0 ? "note" : "<c><f>B1</f></c>"]);
    const {table, faults} = await read(workbookOf([{...SHEET, rows}]));
    expect([table.patients.length, faults]).toEqual([3, []]);
  });
});

describe("a workbook that would fill the memory", () => {
  it("is refused by what it unpacks to, before it is", async () => {
    const bomb = zipSync({
      "xl/workbook.xml": strToU8("<workbook/>"),
      "xl/worksheets/sheet1.xml": new Uint8Array(2 ** 25),
    });
    expect(bomb.length).toBeLessThan(2 ** 18);
    expect(await lineFor(bomb)).toMatch(/^DATA_FILE_TOO_LARGE: alpha\.xlsx: more than .* unpacked\. /);
  });

  it("is refused for a cell far from its table", async () => {
    const extra = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>';
    expect(await lineFor(workbookOf([{...SHEET, extra}]))).toMatch(
      /^DATA_FILE_TOO_LARGE: alpha\.xlsx: 1048576 rows of 16384 columns are more than 5000000 cells\. Delete/,
    );
  });
});

describe("a sheet that means harm, or was broken", () => {
  it("is refused in one line where a date is beyond all dates", async () => {
    const dated = (days: string): Uint8Array => workbookOf([withCell(1, 1, `<c s="1"><v>${days}</v></c>`)]);
    expect(await lineFor(dated("45000"))).toContain("alpha.xlsx:3:2: age: is a date, not a number");
    expect(await lineFor(dated("1e300"))).toBe(
      "DATA_CELL_UNUSABLE: alpha.xlsx:3:2: holds a number that is no date, and is formatted as one. Format the " +
        "column as a number, or mend the cell.",
    );
  });

  it("is measured whatever it says of the numbers of its rows", () => {
    const far = '<row r="none"><c r="A1"><v>1</v></c></row><row r="2"><c r="XFD1048576"><v>1</v></c></row>';
    expect(scanSheet(far)).toMatchObject({rows: 1_048_576, columns: 16_384});
    expect(scanSheet('<row r="-5"><c><v>1</v></c></row><row><c><v>1</v></c></row>')).toMatchObject({rows: 2});
  });

  it("is looked through once, however many tags are never closed", () => {
    for (const tag of ["<c ", "<row ", "<c><v ", "<c><f "]) {
      const start = performance.now();
      scanSheet(tag.repeat(400_000));
      expect(performance.now() - start, tag).toBeLessThan(5000);
    }
  });
});
