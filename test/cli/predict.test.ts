import {mkdir, readdir, readFile, stat, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {loadCommands} from "../../src/cli/commands/registry.ts";
import {readOwnPatients} from "../../src/cli/predict/own-patients.ts";
import type {UsableModel} from "../../src/cli/predict/usable-model.ts";
import {writePredictions} from "../../src/cli/predict/write-predictions.ts";
import {writeTileMaps} from "../../src/cli/predict/write-tile-maps.ts";
import {runProgram} from "../../src/cli/program.ts";
import {errorLine} from "../../src/core/index.ts";
import {
  type LocatedTask,
  partMarks,
  readSite,
  readTask,
  type SlidesTask,
  splitKeys,
  splitSite,
} from "../../src/data/index.ts";
import {type ComputeBackend, initialParameters, openBackend} from "../../src/model/index.ts";
import {unsharedStandardiser} from "../../src/participant/index.ts";
import {smallConsortium} from "./small-consortium.ts";

const commands = await loadCommands([]);

const SPEC = {architecture: "gated-attention-mil", embedding: 4, attention: 3, tiles: 2} as const;
const TASK = `
formatVersion: 1
kind: slides
name: tiny
title: Three invented patients
synthetic: true
source: This test
sites: {here: {tiles: tiles.csv, features: features.npy}}
columns: {patient: who}
label: {column: msi, positive: ["yes"], negative: ["no"]}
missing: {markers: [""], policy: refuse}
features: {extractor: none, dimension: 2, tileSizeUm: null, tileSizePx: null, range: [0, 10], tilesPerPatient: 4}
split: {type: hash, test: 0, validation: 0}
`;
/** Owner of each tile; one key has a character that no file name may have, and one that CSV must quote. */
const TILES = [
  ["a/1", "yes"],
  ["a/1", "yes"],
  ["b", "no"],
  ['c,"3"', "no"],
  ["a/1", "yes"],
] as const;

/** A version 1.0 .npy file of float32 in C order. */
function npyOf(values: Float32Array, shape: readonly number[]): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`.padEnd(117);
  const head = Uint8Array.of(0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0);
  return Buffer.concat([head, Buffer.from(`${header}\n`), new Uint8Array(values.buffer)]);
}

let backend: ComputeBackend;
beforeEach(async () => {
  ({backend} = await openBackend("cpu"));
});
afterEach(() => {
  backend.close();
  vi.restoreAllMocks();
});

async function tinySite(root: string) {
  await writeFile(join(root, "tiny.yaml"), TASK);
  const rows = TILES.map(([who, msi]) => `"${who.replaceAll('"', '""')}",${msi}`);
  await writeFile(join(root, "tiles.csv"), ["who,msi", ...rows].join("\n"));
  const features = Float32Array.from({length: 2 * TILES.length}, (_, index) => (index * 7) % 10);
  await writeFile(join(root, "features.npy"), npyOf(features, [TILES.length, 2]));
  const located: LocatedTask = await readTask(join(root, "tiny.yaml"));
  const {plan, roster} = await smallConsortium();
  const table = await readSite({...located, site: "here", variables: {}});
  const sealed = {
    manifest: splitSite(table, located.task, plan.plan.seed).manifestHash,
    parts: partMarks(table, located.task, splitKeys(table, located.task, plan.plan.seed)),
  };
  const patients = await readOwnPatients({
    site: "here",
    located,
    plan,
    roster,
    sealed,
    values: null,
    variables: {},
  });
  const usable: UsableModel = {
    model: backend.build(SPEC, 2),
    spec: SPEC,
    parameters: initialParameters(SPEC, 2, 5),
    standardiser: unsharedStandardiser("site", patients.scaledBy, patients.features),
  };
  return {located, patients, usable, task: located.task as SlidesTask};
}

const cellsOf = (line: string): number[] => line.split(",").map(Number);

describe("what a member writes about its own patients", () => {
  it("has STAMP's columns, probabilities that sum to 1, and the file is its owner's alone", async () => {
    const {root} = await smallConsortium();
    const {patients, usable, task} = await tinySite(root);
    const out = join(root, "out");
    await mkdir(out);
    const [{path, patients: count} = {path: "", patients: 0}] = await writePredictions(
      {folder: out, site: "here"},
      task.label,
      patients,
      usable,
    );
    expect(count).toBe(3);
    expect(path).toBe(join(out, "train", "patient-preds.csv"));
    const [header, ...lines] = (await readFile(path, "utf8")).trimEnd().split("\n");
    expect(header).toBe("PATIENT,msi,pred,msi_no,msi_yes,loss");
    expect(lines).toHaveLength(3);
    const own = lines.find((line) => line.startsWith("a/1,")) ?? "";
    const [, label, , no = 0, yes = 0, loss = 0] = own
      .split(",")
      .map((cell, at) => (at < 3 ? cell : Number(cell)));
    expect(label).toBe("yes");
    expect(Number(no) + Number(yes)).toBeCloseTo(1, 12);
    expect(loss).toBeCloseTo(-Math.log(Number(yes)), 12);
    expect(lines.some((line) => line.startsWith('"c,""3""",no,'))).toBe(true);
    expect((await stat(path)).mode & 0o077).toBe(0);
  });

  it("has every tile of every patient once, with shares of attention that sum to 1", async () => {
    const {root} = await smallConsortium();
    const {located, usable, task} = await tinySite(root);
    const out = join(root, "out");
    await mkdir(out);
    const folder = await writeTileMaps(out, task, {...located, site: "here", variables: {}}, usable);
    const files = (await readdir(folder)).sort();
    expect(files).toEqual(["a%2F1.csv", "b.csv", "c%2C%223%22.csv"]);
    const [header, ...lines] = (await readFile(join(folder, "a%2F1.csv"), "utf8")).trimEnd().split("\n");
    expect(header).toBe("slide,tile,x,y,score,attention");
    const cells = lines.map(cellsOf);
    expect(cells.map(([, tile]) => tile)).toEqual([0, 1, 4]);
    expect(cells.reduce((sum, line) => sum + (line[5] ?? 0), 0)).toBeCloseTo(1, 12);
    for (const line of cells) expect(line[4], "a probability").toBeGreaterThan(0);
  });

  it("numbers the patients as the rows do", async () => {
    const {root} = await smallConsortium();
    const {patients} = await tinySite(root);
    const train = patients.groups.get("train");
    const labels = Array.from(
      {length: train?.rows.patients ?? 0},
      (_, patient) => train?.rows.labels[train.rows.patientOf.indexOf(patient)],
    );
    expect(train?.keys.map((key) => (key === "here:a/1" ? 1 : 0))).toEqual(labels);
  });
});

describe("consilium predict", () => {
  const lineOf = (...words: string[]): Promise<string> =>
    runProgram(["predict", ...words], commands, "1.2.3").then(() => "no error", errorLine);

  it("is refused in one line before the run has ended, and for tiles that a table has not", async () => {
    const {root, first} = await smallConsortium();
    const out = join(root, "out");
    expect(await lineOf("--config", first.configPath, "--out", out)).toMatch(/^NODE_RUN_UNFINISHED: /);
    expect(await lineOf("--config", first.configPath, "--out", out, "--tiles")).toMatch(
      /^CLI_USAGE: --tiles: /,
    );
  });
});

describe("consilium data generate", () => {
  it("is refused for a preset whose data are not generated", async () => {
    const words = ["data", "generate", "anywhere", "--preset", "fed-heart-disease"];
    const line = await runProgram(words, commands, "1.2.3").then(() => "no error", errorLine);
    expect(line).toMatch(/^CLI_USAGE: --preset: the data of fed-heart-disease are not generated/);
  });
});
