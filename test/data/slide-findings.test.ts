import {mkdir, rename, rm, symlink} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {errorLine} from "../../src/core/index.ts";
import {createFaultBook, readSite} from "../../src/data/index.ts";
import type {TileFileContent} from "../../src/data/writers/hdf5-tiles.ts";
import {DIMENSION, npyBytes, type SlideFolder, slideOf, slidesWith, tileValues} from "./slides.ts";
import {folderWith, thrownBy} from "./workspace.ts";

const PATIENTS = Array.from({length: 20}, (_, number) => String(number + 1).padStart(3, "0"));
const CLINI = ["PATIENT,isMSIH", ...PATIENTS.map((key, row) => `${key},${row % 2 ? "MSIH" : "nonMSIH"}`)];

/** Twenty patients with one slide each; `key` spells them in the slide table. */
function hospital(key: (own: string) => string, changes: Partial<SlideFolder> = {}): SlideFolder {
  const table = ["PATIENT,FILENAME", ...PATIENTS.map((own) => `${key(own)},s${own}.h5`)].join("\n");
  const slides = Object.fromEntries(PATIENTS.map((own, row) => [`s${own}.h5`, slideOf(3, row)]));
  return {
    files: {"clini.csv": CLINI.join("\n"), "slides.csv": table, ...changes.files},
    slides: {...slides, ...changes.slides},
  };
}

/** All that is found in the data of `folder`. */
async function findingsOf(folder: SlideFolder) {
  const query = await slidesWith(folder);
  const book = createFaultBook();
  const told: string[] = [];
  const progress: string[] = [];
  const findings = {
    fault: book.fault,
    tell: (level: string, text: string) => void told.push(`${level}: ${text}`),
    progress: (done: number, total: number) => void progress.push(`${done}/${total}`),
  };
  const table = await readSite({...query, findings});
  return {table, faults: book.lines(), told, progress};
}

describe("what is found in a site's slides", () => {
  it("is every faulty file and row at once, with progress over all files", async () => {
    const zeros = (): TileFileContent => slideOf(3, 0, {features: new Float32Array(3 * DIMENSION)});
    const folder = hospital((own) => own, {
      slides: {"s001.h5": slideOf(3, 0, {extractor: "another"}), "s002.h5": zeros()},
      files: {"features/s003.h5": "no HDF5"},
    });
    const table = (folder.files["slides.csv"] ?? "").toString();
    const files = {
      ...folder.files,
      "slides.csv": table.replace(",s004.h5", ",C:\\slides\\s004.h5").replace(",s005.h5", ",absent.h5"),
    };
    const slides = Object.fromEntries(
      Object.entries(folder.slides ?? {}).filter(([name]) => name !== "s003.h5"),
    );
    const {faults, progress} = await findingsOf({files, slides});
    expect(faults.map((line) => line.replace(/\. .*$/, ""))).toEqual([
      expect.stringMatching(/^DATA_VALUE_INVALID: slides\.csv:5:.*backslashes/),
      'DATA_EXTRACTOR_DIFFERS: slides.csv:2: its slide: extractor "another", the task says "invented"',
      "DATA_TILES_UNREADABLE: slides.csv:4: its slide: cannot be read as HDF5",
      "DATA_SLIDE_MISSING: slides.csv:6: its slide: no such file",
      expect.stringMatching(/^DATA_TILES_CONSTANT: slides\.csv:3: its slide: every feature .* same value/),
    ]);
    expect(progress.at(-1)).toBe("19/19");
    expect(progress).toHaveLength(19);
  });

  it("is why half of the patients find no slide", async () => {
    const {told, table} = await findingsOf(
      hospital((own) => (Number(own) <= 10 ? own.replace(/^0+/, "") : own)),
    );
    expect(table.slides?.patientsWithoutSlide).toBe(10);
    expect(told).toEqual([
      "warning: 10-19 of 20-49 patients with a label have no slide, and 10-19 of 20-49 patients of slides.csv are " +
        "not in clini.csv; 10-19 keys of clini.csv would match those of slides.csv once leading zeros are taken off, " +
        "which Excel drops",
    ]);
  });

  it("is not one patient in twenty without a slide", async () => {
    expect((await findingsOf(hospital((own) => (own === "001" ? "else" : own)))).told).toEqual([]);
  });

  it("is why no patient at all has a slide", async () => {
    const query = await slidesWith(hospital((own) => `${own}-01A`));
    const line = errorLine(await thrownBy(() => readSite(query)));
    expect(line).toMatch(
      /^DATA_NO_ROW_LEFT: .*20-49 keys of clini\.csv would match .*, which begin with them\./,
    );
  });

  it("is tiles of one value among others", async () => {
    const features = tileValues(3, 0);
    features.fill(7, DIMENSION, 2 * DIMENSION);
    const {told} = await findingsOf(hospital((own) => own, {slides: {"s001.h5": slideOf(3, 0, {features})}}));
    expect(told).toEqual([expect.stringMatching(/^warning: 1-9 tiles have one value in all their features/)]);
  });

  it("is files that do not name their extractor, whose name is compared without case", async () => {
    const {table} = await findingsOf(
      hospital((own) => own, {
        slides: {"s001.h5": slideOf(3, 0, {extractor: "Invented"})},
      }),
    );
    expect(table.slides?.stated).toMatchObject({extractor: "Invented", unnamedFiles: 0});
  });
});

describe("the features folder", () => {
  const lineOf = async (change: (features: string) => Promise<unknown>): Promise<string> => {
    const query = await slidesWith(hospital((own) => own));
    await change(join(query.folder, "features"));
    return errorLine(await thrownBy(() => readSite(query)));
  };

  it("is told when it is not there, and not each of its files", async () => {
    const line = await lineOf((features) => rm(features, {recursive: true}));
    expect(line).toMatch(
      /^DATA_FILE_MISSING: features: no such folder \(.*features\)\. Check root and features/,
    );
  });

  it("may be a symbolic link; a slide may not be one that leads out of it", async () => {
    const elsewhere = await folderWith({});
    const moved = await lineOf(async (features) => {
      await rename(features, join(elsewhere, "features"));
      await symlink(join(elsewhere, "features"), features);
    });
    expect(moved).toBe("undefined");
    const line = await lineOf(async (features) => {
      await rm(join(features, "s001.h5"));
      await symlink(join(elsewhere, "features", "s001.h5"), join(features, "s001.h5"));
    });
    expect(line).toMatch(
      /^DATA_FILE_UNREADABLE: slides\.csv:2: its slide: a symbolic link leads out of the features folder\./,
    );
    const inside = await lineOf(async (features) => {
      await mkdir(join(features, "store"));
      await rename(join(features, "s001.h5"), join(features, "store", "kept.h5"));
      await symlink("store/kept.h5", join(features, "s001.h5"));
    });
    expect(inside, "a link within it").toBe("undefined");
  });

  it("has a file whose name is spelt decomposed, as macOS does", async () => {
    const composed = "M\u00fcller.h5";
    const folder = hospital((own) => own);
    const files = {
      ...folder.files,
      "slides.csv": (folder.files["slides.csv"] ?? "").toString().replace("s001.h5", composed),
    };
    const query = await slidesWith({...folder, files});
    const features = join(query.folder, "features");
    await rename(join(features, "s001.h5"), join(features, composed.normalize("NFD")));
    expect((await readSite(query)).slides?.slides).toBe(20);
  });
});

describe("what is found in an array of all tiles", () => {
  it("is every faulty row of its table at once", async () => {
    const rows = ["anna,MSIH", "bert,unclear", ",MSIH", "anna,nonMSIH", "carl,nonMSIH"];
    const query = await slidesWith({
      files: {
        "tiles.csv": ["PATIENT,isMSIH", ...rows].join("\n"),
        "features.npy": npyBytes("<f4", [5, DIMENSION], new Uint8Array(5 * 4 * DIMENSION)),
      },
      changes: {sites: "{leeds: {tiles: tiles.csv, features: features.npy}}", columns: "{patient: PATIENT}"},
    });
    const book = createFaultBook();
    await readSite({
      ...query,
      findings: {fault: book.fault, tell: () => undefined, progress: () => undefined},
    });
    expect(book.lines().map((line) => line.replace(/(DATA_\w+: tiles\.csv:\d+).*/, "$1"))).toEqual([
      "DATA_LABEL_UNKNOWN: tiles.csv:3",
      "DATA_PATIENT_MISSING: tiles.csv:4",
      "DATA_PATIENT_LABELS_DIFFER: tiles.csv:5",
    ]);
  });
});

describe("a slide without its patient's key", () => {
  it.each(["", "NA", "#N/A"])("is refused as a patient without one is: %j", async (key) => {
    const {faults} = await findingsOf(hospital((own) => (own === "004" ? key : own)));
    expect(faults).toEqual([
      expect.stringMatching(/^DATA_PATIENT_MISSING: slides\.csv:5:1: PATIENT: is missing/),
    ]);
  });
});
