import {describe, expect, it} from "vitest";
import {CodedError, errorLine} from "../../src/core/index.ts";
import {createFaultBook, type FaultBook, readSite, refuseFaults} from "../../src/data/index.ts";
import {taskWith, thrownBy} from "./workspace.ts";

const HEADER = "id,age,sex,grade,stroke";

async function bookOf(rows: readonly string[]): Promise<FaultBook> {
  const located = await taskWith({"alpha.csv": [HEADER, ...rows].join("\n")});
  const book = createFaultBook();
  const findings = {fault: book.fault, tell: () => undefined, progress: () => undefined};
  await readSite({...located, site: "alpha", findings});
  return book;
}

describe("faults of a table that are collected", () => {
  it("are all that there are, each with its place, and leave the sound rows", async () => {
    const book = await bookOf([
      "p1,50,f,1,0",
      "p2,500,x,1,0",
      "p3,50,f,7,0",
      "p4,50,f",
      ",50,f,1,1",
      "p1,50,f,1,1",
    ]);
    expect(book.lines().map((line) => line.slice(0, line.indexOf(": ", line.indexOf(": ") + 2)))).toEqual([
      "DATA_VALUE_OUT_OF_RANGE: alpha.csv:3:2",
      "DATA_VALUE_INVALID: alpha.csv:3:3",
      "DATA_CATEGORY_UNKNOWN: alpha.csv:4:4",
      "DATA_ROW_RAGGED: alpha.csv:5",
      "DATA_PATIENT_MISSING: alpha.csv:6:1",
      "DATA_PATIENT_LABELS_DIFFER: alpha.csv:7",
    ]);
  });

  it("are counted by kind beyond the first five", async () => {
    const rows = Array.from({length: 300}, (_, row) => `p${row},${row < 12 ? 50 : 500},f,1,0`);
    const book = await bookOf(rows);
    expect(book.count()).toBe(288);
    expect(book.lines()).toHaveLength(6);
    expect(book.lines()[0]).toContain("alpha.csv:14:2: age: outside 0 to 120 years");
    expect(book.lines()[5]).toBe("DATA_VALUE_OUT_OF_RANGE: 283 more of this kind");
  });

  it("keep no more than a hundred kinds, and count the rest", () => {
    const book = createFaultBook();
    for (let column = 0; column < 150; column++) {
      book.fault(new CodedError("DATA_VALUE_INVALID", `t.csv:2:${column}: bad`, {data: {column}}));
    }
    expect(book.lines()).toHaveLength(101);
    expect(book.lines().at(-1)).toBe("50 more faults of other kinds");
  });
});

describe("refuseFaults", () => {
  it("throws one fault as it is, several after all their lines, and nothing when there is none", async () => {
    const told: string[] = [];
    const tell = (line: string): void => void told.push(line);
    refuseFaults(createFaultBook(), "alpha", tell);
    const one = await bookOf(["p1,50,f,1,0", "p2,500,f,1,0"]);
    expect(await thrownBy(() => refuseFaults(one, "alpha", tell))).toBe(one.first());
    expect(told).toEqual([]);
    const two = await bookOf(["p1,50,f,1,0", "p2,500,f,1,0", "p3,50,x,1,0"]);
    const line = errorLine(await thrownBy(() => refuseFaults(two, "alpha", tell)));
    expect(line).toBe("DATA_FAULTS: alpha: 2 faults, listed above. Mend them and check once more.");
    expect(told).toEqual(two.lines());
  });
});
