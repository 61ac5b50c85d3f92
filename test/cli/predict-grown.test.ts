import {mkdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {newFolder} from "../../src/cli/output-file.ts";
import {
  type OwnPatients,
  type OwnPatientsQuery,
  readOwnPatients,
} from "../../src/cli/predict/own-patients.ts";
import {writePredictions} from "../../src/cli/predict/write-predictions.ts";
import {errorLine} from "../../src/core/index.ts";
import {partMarks, readSite, readTask, splitKeys, splitSite, valuesHash} from "../../src/data/index.ts";
import {initialParameters, openBackend} from "../../src/model/index.ts";
import {smallConsortium} from "./small-consortium.ts";

const SPEC = {architecture: "logistic"} as const;
const task = (patient: string, split: string): string => `
formatVersion: 1
kind: tabular
name: tiny
title: Invented patients
synthetic: true
source: This test
sites: {here: {file: here.csv}}
patient: ${patient}
label: {column: ill, positive: ["yes"], negative: ["no"]}
columns:
  - {name: age, type: number, unit: years, range: [0, 120]}
  - {name: crp, type: number, unit: mg/l, range: [0, 300]}
missing: {markers: [""], policy: drop-row}
split: ${split}
`;
const HASH = "{type: hash, test: 0.25, validation: 0.25}";

const rowOf = (number: number): string =>
  `p${number},${number % 3 === 0 ? "yes" : "no"},${20 + (number % 90)},${(number * 37) % 200}`;
const ROWS = Array.from({length: 40}, (_, number) => rowOf(number));
const FRESH = Array.from({length: 12}, (_, number) => rowOf(100 + number));

/** A site whose run began with {@link ROWS}; `read` reads it after its table became `rows`. */
async function siteWith({patient = "who", split = HASH, splitFile = ""} = {}) {
  const {root, plan, roster} = await smallConsortium();
  const write = (rows: readonly string[]): Promise<void> =>
    writeFile(join(root, "here.csv"), ["who,ill,age,crp", ...rows].join("\n"));
  await writeFile(join(root, "tiny.yaml"), task(patient, split));
  await writeFile(join(root, "split.csv"), splitFile);
  await write(ROWS);
  const located = await readTask(join(root, "tiny.yaml"));
  const {seed} = plan.plan;
  const table = await readSite({...located, site: "here", variables: {}});
  const keys = splitKeys(table, located.task, seed);
  const before = splitSite(table, located.task, seed);
  const sealed = {
    manifest: before.manifestHash,
    parts: partMarks(table, located.task, keys),
  };
  const read = async (
    rows: readonly string[],
    change: Partial<OwnPatientsQuery> = {},
  ): Promise<OwnPatients> => {
    await write(rows);
    return readOwnPatients({
      site: "here",
      located,
      plan,
      roster,
      sealed,
      values: valuesHash(before),
      variables: {},
      ...change,
    });
  };
  return {root, located, keys, sealed, read};
}

const keysOf = ({groups}: OwnPatients) =>
  Object.fromEntries([...groups].map(([part, {keys}]) => [part, [...keys].sort()]));
const lineOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => "no error", errorLine);

describe("predict, when the table has changed since the run", () => {
  it("says that values or labels of the run's patients changed, also where new ones came, and only then", async () => {
    const {read} = await siteWith();
    const warning = "warning: values or labels of the run's patients are not those that the run began with";
    const [first = "", ...others] = ROWS;
    const changed = [first.replace("yes", "no"), first.replace(/\d+$/, "150")];
    for (const row of changed) expect((await read([...FRESH, row, ...others])).lines).toContain(warning);
    expect((await read([...FRESH, ...ROWS].reverse())).lines).not.toContain(warning);
    expect((await read([changed[1] ?? "", ...others], {values: null})).lines).not.toContain(warning);
  });

  it("keeps every patient of the run in its part, and puts new ones into a part of their own", async () => {
    const {keys, read} = await siteWith();
    const grown = await read([...FRESH.slice(0, 6), ...ROWS, ...FRESH.slice(6)]);
    const {new: fresh, ...before} = keysOf(grown);
    expect(before).toEqual(
      Object.fromEntries(Object.entries(keys).map(([part, own]) => [part, [...own].sort()])),
    );
    expect(fresh).toEqual(FRESH.map((row) => `here:${row.split(",")[0]}`).sort());
    expect(grown.lines).toEqual(["new: 12 patients took no part in the run"]);
    expect(grown.scaledBy.n, "a site scales by the train rows of the run").toBe(keys.train.length);
  });

  it("says who is gone and who is left out, by column", async () => {
    const {read} = await siteWith();
    const gaps = ["p3,yes,,90", "p4,no,,", "p5,no,41,"];
    const shrunk = await read([...ROWS.slice(0, 3), ...gaps, ...ROWS.slice(6, 38)]);
    expect(shrunk.lines).toEqual([
      "left out: rows 1-9 that miss a value (age 1-9, crp 1-9), and with them patients 1-9",
      "warning: 5 patients of the run cannot be found among the data",
    ]);
  });

  it("says whom a split file moves, and holds to the run", async () => {
    const fileOf = (test: (row: number) => boolean, count = ROWS.length): string =>
      [
        "site,row,set",
        ...Array.from({length: count}, (_, row) => `here,${row},${test(row) ? "test" : "train"}`),
      ].join("\n");
    const split = "{type: file, file: split.csv, validation: 0.25}";
    const {root, keys, read} = await siteWith({split, splitFile: fileOf((row) => row < 10)});
    await writeFile(
      join(root, "split.csv"),
      fileOf((row) => row < 8),
    );
    const moved = await read(ROWS);
    expect(keysOf(moved)["test"]).toEqual([...keys.test].sort());
    expect(moved.lines).toEqual([
      "warning: the split file moves 2 patients into or out of the test; the parts of the run are kept here",
    ]);
  });

  it("is refused where only the order of rows tells the patients, and it is another", async () => {
    const {keys, read} = await siteWith({patient: "null"});
    const grown = await read([...ROWS, ...FRESH]);
    expect(keysOf(grown)["train"]).toEqual([...keys.train].sort());
    expect(keysOf(grown)["new"]).toHaveLength(12);
    expect(await lineOf(read([...FRESH, ...ROWS]))).toMatch(
      /^CLI_DATA_CHANGED: rows of the run are changed or moved.* put new patients behind them\.$/,
    );
  });

  it("is refused for a run that kept the hash of its split alone, unless the table is as it was", async () => {
    const {sealed, keys, read} = await siteWith();
    const older = {sealed: {...sealed, parts: null}};
    expect(keysOf(await read([...ROWS].reverse(), older))["train"]).toEqual([...keys.train].sort());
    expect(await lineOf(read([...ROWS, ...FRESH], older))).toMatch(/^CLI_DATA_CHANGED: /);
  });

  it("is refused for another cohort", async () => {
    const {read} = await siteWith();
    expect(await lineOf(read(FRESH))).toMatch(/^CLI_DATA_CHANGED: no patient of the run is among the data/);
  });
});

describe("the folder that predict writes to", () => {
  it("is new or empty, and told in one line where it cannot be", async () => {
    const {root} = await smallConsortium();
    await writeFile(join(root, "file"), "");
    expect(await newFolder(join(root, "a", "b"))).toBe(join(root, "a", "b"));
    expect(await newFolder(join(root, "a", "b"))).toBe(join(root, "a", "b"));
    const refused: [string, RegExp][] = [
      [join(root, "a"), /^CLI_USAGE: --out: .* is not empty\./],
      [join(root, "file"), /^CLI_USAGE: --out: .* is a file\./],
      [join(root, "file", "out"), /^CLI_OUTPUT_UNWRITABLE: cannot write .* \((EEXIST|ENOTDIR)\)\./],
      ["/proc/out", /^CLI_OUTPUT_UNWRITABLE: cannot write \/proc\/out \(ENOENT\)\./],
    ];
    for (const [path, line] of refused) expect(await lineOf(newFolder(path))).toMatch(line);
  });
});

describe("the figures of predict", () => {
  it("are those of the model, computed by hand", async () => {
    const {root, located, read} = await siteWith();
    const patients = await read([...ROWS, ...FRESH]);
    const {backend} = await openBackend("cpu");
    const parameters = initialParameters(SPEC, 2, 5);
    parameters.set([0.75, -1.25, 0.5]);
    const standardiser = {mean: Float64Array.of(45, 100), scale: Float64Array.of(12, 55)};
    const usable = {model: backend.build(SPEC, 2), spec: SPEC, parameters, standardiser};
    const folder = join(root, "out");
    await mkdir(folder);
    const written = await writePredictions({folder, site: "here"}, located.task.label, patients, usable);
    backend.close();
    expect(written.map(({patients: count}) => count).reduce((sum, count) => sum + count)).toBe(52);
    expect(parameters, "two weights and the intercept").toHaveLength(3);
    const rows = new Map([...ROWS, ...FRESH].map((row) => [row.split(",")[0], row.split(",")]));
    for (const {path} of written) {
      const [, ...lines] = (await readFile(path, "utf8")).trimEnd().split("\n");
      for (const line of lines) {
        const [key = "", label, pred, no, yes, loss] = line.split(",");
        const [, ill, age, crp] = rows.get(key) ?? [];
        const logit = 0.75 * ((Number(age) - 45) / 12) - 1.25 * ((Number(crp) - 100) / 55) + 0.5;
        const score = 1 / (1 + Math.exp(-logit));
        expect(Number(yes), key).toBeCloseTo(score, 5);
        expect(Number(no), key).toBeCloseTo(1 - score, 5);
        expect(label, key).toBe(ill);
        expect(pred, key).toBe(logit >= 0 ? "yes" : "no");
        expect(Number(loss), key).toBeCloseTo(-Math.log(ill === "yes" ? score : 1 - score), 4);
      }
    }
  });
});
