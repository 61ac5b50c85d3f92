import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom, permutation} from "../../src/core/index.ts";
import {joinMatrices, parseTask, readSite, type SiteTable, splitSite} from "../../src/data/index.ts";
import {taskText, taskWith, thrownBy} from "./workspace.ts";

const task = parseTask(
  taskText({columns: "[{name: age, type: number, unit: years, range: [0, 999999]}]"}),
  "t",
);

/** Rows whose only feature is a number of their own, so that parts can be traced back to rows. */
function tableOf(
  rows: readonly {patient: number; age: number}[],
  isIll: (patient: number) => boolean,
): SiteTable {
  return {
    site: "alpha",
    featureNames: ["age"],
    values: Float32Array.from(rows, ({age}) => age),
    times: null,
    labels: Uint8Array.from(rows, ({patient}) => (isIll(patient) ? 1 : 0)),
    patients: rows.map(({patient}) => `alpha:p${patient}`),
    rowNumbers: Uint32Array.from(rows.keys()),
    assignedParts: null,
    droppedRows: 0,
    droppedPatients: 0,
    gaps: [],
    slides: null,
  };
}

function shuffled(table: SiteTable, seed: number): SiteTable {
  const order = [
    ...permutation(createRandom({seed, site: "", round: 0, purpose: "test"}), table.labels.length),
  ];
  return {
    ...table,
    values: Float32Array.from(order, (row) => table.values[row] ?? 0),
    labels: Uint8Array.from(order, (row) => table.labels[row] ?? 0),
    patients: order.map((row) => table.patients[row] ?? ""),
  };
}

const tables = fc
  .record({
    patientsOfRows: fc.array(fc.nat({max: 40}), {minLength: 1, maxLength: 80}),
    illBelow: fc.nat({max: 41}),
  })
  .map(({patientsOfRows, illBelow}) =>
    tableOf(
      patientsOfRows.map((patient, row) => ({patient, age: 1000 * patient + row})),
      (patient) => patient < illBelow,
    ),
  );

describe("a sealed split", () => {
  it("puts each patient, with all rows, in exactly one part", () => {
    fc.assert(
      fc.property(tables, fc.nat(), (table, seed) => {
        const {train, validation, test} = splitSite(table, task, seed);
        const patientsIn = [train, validation, test].map((part) => [
          ...new Set(Array.from(part.values, (value) => Math.floor(value / 1000))),
        ]);
        const all = patientsIn.flat();
        expect(new Set(all).size).toBe(all.length);
        expect(all.length).toBe(new Set(table.patients).size);
        const parted = Float32Array.from([train, validation, test].flatMap((part) => [...part.values]));
        expect(parted.sort()).toEqual(table.values.slice().sort());
        expect([train, validation, test].map((part) => part.patients)).toEqual(
          patientsIn.map((list) => list.length),
        );
      }),
    );
  });

  it("is the same, byte for byte, whatever the order of rows", () => {
    fc.assert(
      fc.property(tables, fc.nat(), fc.nat(), (table, seed, order) => {
        expect(splitSite(shuffled(table, order), task, seed)).toEqual(splitSite(table, task, seed));
      }),
    );
  });

  it("numbers the rows of each patient alike, side by side, with the label of the table", () => {
    fc.assert(
      fc.property(tables, (table) => {
        const {train} = splitSite(table, task, 1);
        const labelOf = new Map(Array.from(table.values, (value, row) => [value, table.labels[row]]));
        let last = -1;
        train.values.forEach((value, row) => {
          const patient = train.patientOf[row] ?? -1;
          expect(patient === last || patient === last + 1, `row ${row}`).toBe(true);
          const isSame =
            row > 0 && Math.floor((train.values[row - 1] ?? 0) / 1000) === Math.floor(value / 1000);
          expect(patient === last, `row ${row}`).toBe(isSame);
          expect(train.labels[row], `row ${row}`).toBe(labelOf.get(value));
          last = patient;
        });
      }),
    );
  });

  it("takes the declared share of each class, and leaves one patient of each class to train on", () => {
    fc.assert(
      fc.property(fc.nat({max: 30}), fc.integer({min: 1, max: 30}), fc.nat(), (ill, healthy, seed) => {
        const rows = Array.from({length: ill + healthy}, (_, patient) => ({patient, age: patient}));
        const {counts} = splitSite(
          tableOf(rows, (patient) => patient < ill),
          task,
          seed,
        );
        const testOf = (count: number) => Math.min(Math.round(0.25 * count), Math.max(0, count - 1));
        expect(counts.test.positivePatients).toBe(testOf(ill));
        expect(counts.test.negativePatients).toBe(testOf(healthy));
        expect(counts.train.positivePatients).toBeGreaterThanOrEqual(Math.min(1, ill));
        expect(counts.train.negativePatients).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it("names the parts that have one class only", () => {
    const rows = Array.from({length: 8}, (_, patient) => ({patient, age: patient}));
    const split = splitSite(
      tableOf(rows, (patient) => patient === 0),
      task,
      1,
    );
    expect(split.oneClassParts).toEqual(["validation", "test"]);
  });

  it("is fixed by its manifest hash: another seed, patient or contract gives another", () => {
    const rows = Array.from({length: 20}, (_, patient) => ({patient, age: patient}));
    const table = tableOf(rows, (patient) => patient % 2 === 0);
    const {manifestHash} = splitSite(table, task, 1);
    expect(manifestHash).toMatch(/^[0-9a-f]{64}$/);
    expect(splitSite(table, task, 1).manifestHash).toBe(manifestHash);
    expect(splitSite(table, task, 2).manifestHash).not.toBe(manifestHash);
    expect(splitSite(table, {...task, name: "other"}, 1).manifestHash).not.toBe(manifestHash);
    const renamed = {...table, patients: table.patients.map((key) => key.replace("p19", "q19"))};
    expect(splitSite(renamed, task, 1).manifestHash).not.toBe(manifestHash);
  });

  it("parts join into one matrix of different patients", () => {
    const rows = Array.from({length: 30}, (_, row) => ({patient: row >> 1, age: 1000 * (row >> 1) + row}));
    const {train, validation} = splitSite(
      tableOf(rows, (patient) => patient % 3 === 0),
      task,
      5,
    );
    const joined = joinMatrices([train, validation]);
    expect([joined.n, joined.d, joined.patients]).toEqual([
      train.n + validation.n,
      1,
      train.patients + validation.patients,
    ]);
    expect([...joined.values]).toEqual([...train.values, ...validation.values]);
    expect([...joined.labels]).toEqual([...train.labels, ...validation.labels]);
    expect(new Set(joined.patientOf).size).toBe(joined.patients);
  });
});

describe("a split file", () => {
  const table = "id,age,sex,grade,stroke\na,50,f,1,1\nb,51,f,1,0\nc,?,f,1,0\nd,53,f,1,1\na,54,f,1,1\n";
  const changes = {split: "{type: file, file: split.csv, validation: 0}"};
  const read = async (split: string) =>
    readSite({...(await taskWith({"alpha.csv": table, "split.csv": split}, changes)), site: "alpha"});

  it("decides who is in train and who in test, site by site", async () => {
    const located = await taskWith(
      {
        "alpha.csv": table,
        "split.csv":
          "site,row,set\nbeta,0,test\nalpha,0,train\nalpha,1,test\nalpha,2,\nalpha,3,test\nalpha,4,train\n",
      },
      changes,
    );
    const site = await readSite({...located, site: "alpha"});
    expect(site.assignedParts).toEqual(["train", "test", "test", "train"]);
    const {counts} = splitSite(site, located.task, 1);
    expect(counts).toEqual({
      train: {rows: 2, patients: 1, positivePatients: 1, negativePatients: 0},
      validation: {rows: 0, patients: 0, positivePatients: 0, negativePatients: 0},
      test: {rows: 2, patients: 2, positivePatients: 1, negativePatients: 1},
    });
  });

  it.each([
    ["leaves a kept row out", "alpha,0,train\nalpha,1,test\nalpha,3,test\n", "does not place row 4"],
    [
      "places a row that is not kept",
      "alpha,0,train\nalpha,1,test\nalpha,2,test\nalpha,3,test\nalpha,4,train\n",
      "places 1 rows",
    ],
    [
      "splits a patient",
      "alpha,0,train\nalpha,1,test\nalpha,3,test\nalpha,4,test\n",
      "places row 4 of site alpha apart",
    ],
    ["places a row twice", "alpha,0,train\nalpha,0,test\n", "split.csv:3: expected a new row number"],
    ["has another word", "alpha,0,training\n", "split.csv:2: expected"],
  ])("is refused when it %s", async (_, rows, expected) => {
    const error = await thrownBy(() => read(`site,row,set\n${rows}`));
    expect(error).toMatchObject({
      code: "DATA_SPLIT_FILE_INVALID",
      message: expect.stringContaining(expected),
    });
  });
});
