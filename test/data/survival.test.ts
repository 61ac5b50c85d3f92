import {describe, expect, it} from "vitest";
import {errorLine} from "../../src/core/index.ts";
import {
  contractHash,
  joinMatrices,
  parseTask,
  readSite,
  splitSite,
  standardise,
} from "../../src/data/index.ts";
import {taskText, taskWith, thrownBy} from "./workspace.ts";

const HEADER = "id,age,sex,grade,stroke,days";
const LABEL = "{column: stroke, positive: [1], negative: [0], time: {column: days, unit: days}}";
const KEYS =
  "{type: keys, file: who.csv, patient: key, column: place, validation: 0, " +
  "sites: {alpha: {train: a1, test: a2}, beta: {train: b1, test: b2}}}";
const BOTH = {
  label: LABEL,
  split: KEYS,
  sites: "{alpha: {file: all.csv}, beta: {file: all.csv}}",
} as const;

async function readAlpha(rows: string) {
  const located = await taskWith({"alpha.csv": `${HEADER}\n${rows}`}, {label: LABEL});
  return {...located, table: await readSite({...located, site: "alpha"})};
}

async function readFrom(files: Readonly<Record<string, string>>, site: string) {
  return readSite({...(await taskWith(files, BOTH)), site});
}

const ALL = `${HEADER}\nx,61,f,2,1,10\ny,40,m,1,0,20\nz,50,f,3,1,30\nw,900,f,3,1,30\n`;

describe("a task of survival", () => {
  it("has a time for each row, 0 included, in its table and in every part of the split", async () => {
    const rows = Array.from({length: 20}, (_, row) => `p${row},${40 + row},f,1,${row % 2},${10 * row}\n`);
    const {task, table} = await readAlpha(rows.join(""));
    expect(table.times?.[0]).toBe(0);
    const {train, validation, test} = splitSite(table, task, 1);
    const joined = joinMatrices([train, validation, test]);
    expect(joined.n).toBe(20);
    expect(joined.times).toHaveLength(20);
    joined.times?.forEach((time, row) => {
      expect(time, `row ${row}`).toBe(10 * ((joined.values[row * joined.d] ?? 0) - 40));
    });
    const scaled = standardise(train, {mean: new Float64Array(4), scale: new Float64Array(4).fill(2)});
    expect(scaled.times).toEqual(train.times);
  });

  it("divides patients with an event and without apart", async () => {
    const rows = Array.from({length: 40}, (_, row) => `p${row},50,f,1,${row < 8 ? 1 : 0},${row + 1}\n`);
    const {task, table} = await readAlpha(rows.join(""));
    const {counts} = splitSite(table, task, 3);
    expect(counts.train.positivePatients).toBe(4);
    expect(counts.test.positivePatients).toBe(2);
    expect(counts.test.negativePatients).toBe(8);
  });

  it("carries no times where the label is a class", async () => {
    const located = await taskWith({"alpha.csv": `${HEADER}\nx,61,f,2,1,10\ny,40,m,1,0,20\n`});
    const table = await readSite({...located, site: "alpha"});
    expect(table.times).toBeNull();
    expect(splitSite(table, located.task, 1).train).not.toHaveProperty("times");
  });

  it.each([
    ["x,61,f,2,1,soon\n", "DATA_VALUE_INVALID: alpha.csv:2:6: days: is not a number"],
    ["x,61,f,2,1,-1\n", "DATA_VALUE_OUT_OF_RANGE: alpha.csv:2:6: days: is below 0"],
    [
      "x,61,f,2,1,5\nx,61,f,2,1,6\n",
      "DATA_PATIENT_LABELS_DIFFER: alpha.csv:3: label or time differs from that of the same patient on line 2",
    ],
  ])("refuses the rows %j", async (rows, line) => {
    expect(errorLine(await thrownBy(() => readAlpha(rows)))).toContain(line);
  });

  it("leaves out a row without a time", async () => {
    const {table} = await readAlpha("x,61,f,2,1,?\ny,40,m,1,0,20\n");
    expect(table.patients).toEqual(["alpha:y"]);
    expect(table.droppedRows).toBe(1);
  });

  it("has another contract than the class, and than the same times in another unit", () => {
    const hashOf = (label?: string): string =>
      contractHash(parseTask(taskText(label === undefined ? {} : {label}), "t"));
    const hashes = [hashOf(), hashOf(LABEL), hashOf(LABEL.replace("unit: days", "unit: months"))];
    expect(new Set(hashes).size).toBe(3);
  });
});

describe("one file of all sites' patients, with a split by keys", () => {
  const who = "key,place\ny,a1\nz,b1\nx,a2\nu,elsewhere\n";

  it("gives each site its own patients and passes over the others unread", async () => {
    const alpha = await readFrom({"all.csv": ALL, "who.csv": who}, "alpha");
    expect(alpha.patients).toEqual(["alpha:x", "alpha:y"]);
    expect(alpha.assignedParts).toEqual(["test", "train"]);
    expect(alpha.droppedRows).toBe(0);
    const beta = await readFrom({"all.csv": ALL, "who.csv": who}, "beta");
    expect(beta.patients).toEqual(["beta:z"]);
    expect(beta.assignedParts).toEqual(["train"]);
  });

  it.each([
    ["key,place\ny,a1\ny,a2\n", "who.csv:3: names a patient again"],
    ["key,place\nz,b1\n", "who.csv: places no patient at site alpha"],
    [
      "key,place\ny,a1\nv,a1\n",
      "who.csv: 1-9 of the 1-9 patients that it places at site alpha are not in all.csv, and 1-9 patients of all.csv are placed at no site. Spell",
    ],
    [
      "key,place\nX,a1\nY,a2\n",
      "who.csv: none of the patients that it places at site alpha is in all.csv, and 1-9 patients of all.csv are placed at no site; 1-9 of them would match those of who.csv once upper and lower case are taken as one. Spell",
    ],
  ])("refuses the split file %j", async (content, line) => {
    const error = await thrownBy(() => readFrom({"all.csv": ALL, "who.csv": content}, "alpha"));
    expect(errorLine(error)).toContain(`DATA_SPLIT_FILE_INVALID: ${line}`);
  });
});

describe("times of survival that all lie far from 0", () => {
  const notesOf = async (timeOf: (row: number) => number): Promise<string[]> => {
    const rows = Array.from({length: 20}, (_, row) => `p${row},${40 + row},f,1,${row % 2},${timeOf(row)}\n`);
    const located = await taskWith({"alpha.csv": `${HEADER}\n${rows.join("")}`}, {label: LABEL});
    const notes: string[] = [];
    const findings = {
      fault: (fault: Error): never => {
        throw fault;
      },
      tell: (level: string, text: string) => void notes.push(`${level}: ${text}`),
      progress: () => undefined,
    };
    await readSite({...located, site: "alpha", findings});
    return notes.filter((note) => note.includes("days"));
  };

  it.each([
    ["seconds since 1970", (row: number) => 1_400_000_000 + 15_000_000 * row],
    ["days since 1970", (row: number) => 16_000 + 200 * row],
    ["dates as numbers", (row: number) => 20_150_101 + 10_000 * row],
    ["years", (row: number) => 2001 + row],
  ])("are told, as dates are no times: %s", async (_, timeOf) => {
    expect(await notesOf(timeOf)).toEqual([
      "warning: days: all times are near one another and far from 0, as dates are; count each from its patient's entry",
    ]);
  });

  it("are none of a study, even one that follows everybody for long", async () => {
    expect(await notesOf((row) => 10 * row + 1)).toEqual([]);
    expect(await notesOf((row) => 700 + 60 * row)).toEqual([]);
  });

  it("are refused as dates where they are written as such", async () => {
    const line = errorLine(await thrownBy(() => readAlpha("x,61,f,2,1,2024-03-01\n")));
    expect(line).toContain("alpha.csv:2:6: days: is a date, not a number.");
  });
});
