import {copyFile, mkdtemp, readdir, readFile, rm, stat, unlink, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {Dataset, File, ready} from "h5wasm/node";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {readSite, readTask, writeSyntheticCrc} from "../../src/data/index.ts";
import {generateSyntheticCrc} from "../../src/data/synthetic/synthetic-crc.ts";
import {casesOf} from "../setup/thorough.ts";
import {thrownBy} from "./workspace.ts";

const PRESET = "config/presets/synthetic-crc.task.yaml";
const SEED = 1;
const MOST_BYTES = 60_000_000;

const cohorts = generateSyntheticCrc(SEED).map(({hospital, patients}) => ({
  hospital,
  patients: [...patients],
}));
let folder = "";

function arrayOf(file: File, name: string): Dataset {
  const found = file.get(name);
  if (!(found instanceof Dataset)) throw new Error(`no dataset ${name}`);
  return found;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "consilium slides "));
  await copyFile(PRESET, join(folder, "synthetic-crc.task.yaml"));
  await writeSyntheticCrc(folder, SEED);
});

afterAll(() => rm(folder, {recursive: true, force: true}));

describe("the files of synthetic-crc", () => {
  it("hold the generated values exactly, in STAMP's layout", async () => {
    await ready;
    for (const {hospital, patients} of cohorts) {
      let read = 0;
      for (const {file: name, tiles, features, coordinates} of patients.flatMap(({slides}) => slides)) {
        // One file in ten, each of another shape than its neighbours.
        if (read++ % 10 !== 0) continue;
        const file = new File(join(folder, hospital, "features", name), "r");
        const feats = arrayOf(file, "feats");
        const coords = arrayOf(file, "coords");
        expect([feats.shape, feats.dtype, coords.shape], name).toEqual([[tiles, 512], "<f", [tiles, 2]]);
        expect(Buffer.compare(Buffer.from(features.buffer), bytesOf(feats.value)), name).toBe(0);
        expect(Buffer.compare(Buffer.from(coordinates.buffer), bytesOf(coords.value)), name).toBe(0);
        const attributes = Object.entries(file.attrs).map(([key, {value}]) => [key, value]);
        expect(Object.fromEntries(attributes), name).toEqual({
          extractor: "synthetic-crc",
          unit: "um",
          tile_size_um: 256,
          tile_size_px: 224,
          feat_type: "tile",
        });
        file.close();
      }
    }
  });

  it("list each patient once and each slide once", async () => {
    for (const {hospital, patients} of cohorts) {
      const rows = async (name: string): Promise<string[]> =>
        (await readFile(join(folder, hospital, name), "utf8")).trimEnd().split("\n");
      expect(await rows("clini_table.csv")).toEqual([
        "PATIENT,isMSIH",
        ...patients.map(({key, isMsi}) => `${key},${isMsi ? "MSIH" : "nonMSIH"}`),
      ]);
      expect(await rows("slide_table.csv")).toEqual([
        "PATIENT,FILENAME",
        ...patients.flatMap(({key, slides}) => slides.map(({file}) => `${key},${file}`)),
      ]);
      const files = await readdir(join(folder, hospital, "features"));
      expect(files.length, hospital).toBe(patients.flatMap(({slides}) => slides).length);
    }
  });

  it("take less than 60 MB", async () => {
    const names = await readdir(folder, {recursive: true});
    const stats = await Promise.all(names.map((name) => stat(join(folder, name))));
    const bytes = stats.reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
    expect(bytes).toBeGreaterThan(20_000_000);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });

  it("are read by the preset: every patient, with its tiles up to the preset's most", async () => {
    const located = await readTask(join(folder, "synthetic-crc.task.yaml"));
    if (located.task.kind !== "slides") throw new Error("the preset is not of slides");
    const most = located.task.features.tilesPerPatient;
    for (const {hospital, patients} of casesOf(cohorts, 3)) {
      const table = await readSite({...located, site: hospital, variables: {}});
      const kept = patients.map(({slides}) =>
        Math.min(
          most,
          slides.reduce((sum, {tiles}) => sum + tiles, 0),
        ),
      );
      expect(new Set(table.patients).size, hospital).toBe(kept.length);
      expect(table.labels.length, hospital).toBe(kept.reduce((sum, tiles) => sum + tiles, 0));
    }
  });

  it("are left as they are by a second call, and made again where the first did not end", async () => {
    const tables = join(folder, "moor", "slide_table.csv");
    const expected = await readFile(tables, "utf8");
    await writeFile(tables, "kept");
    expect(await writeSyntheticCrc(folder, SEED)).toBe(false);
    expect(await readFile(tables, "utf8")).toBe("kept");
    await unlink(join(folder, "generated.json"));
    expect(await writeSyntheticCrc(folder, SEED)).toBe(true);
    expect(await readFile(tables, "utf8")).toBe(expected);
  });

  it("are refused with one line where they cannot be written", async () => {
    const file = join(folder, "occupied");
    await writeFile(file, "");
    expect(await thrownBy(() => writeSyntheticCrc(file, SEED))).toMatchObject({code: "DATA_FILE_UNWRITABLE"});
  });
});

function bytesOf(value: unknown): Buffer {
  if (!(value instanceof Float32Array)) throw new Error("not float32");
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
