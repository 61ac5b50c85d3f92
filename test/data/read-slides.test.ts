import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {patientTiles, readSite, type SiteTable, type TileSlice} from "../../src/data/index.ts";
import {
  DIMENSION,
  featuresText,
  npyBytes,
  type SlideFolder,
  slideOf,
  slidesWith,
  tileValues,
} from "./slides.ts";

const WORKBOOK = join(import.meta.dirname, "fixtures", "slides", "clini.xlsx");

/** What the workbook of the fixtures holds. */
const CLINI = `AGE,PATIENT,SEEN,isMSIH
61.5,canary-anna,2020-02-29,MSIH
48,1002,2020-02-29,nonMSIH
,canary-carl,,nonMSIH

70,canary-dora,2020-02-29,NA
33,canary-emil,2020-02-29,
`;

/** Slides in an order of their own; the last three lines are of patients without a label, or unknown. */
const SLIDES = `FILENAME,PATIENT
b/canary-anna-2.h5,canary-anna
1002.h5,1002
canary-anna-1.h5,canary-anna
canary-dora.h5,canary-dora
unknown-1.h5,canary-zoe
unknown-2.h5,canary-zoe
`;

const HOSPITAL: SlideFolder = {
  files: {"clini.csv": CLINI, "slides.csv": SLIDES},
  slides: {
    "b/canary-anna-2.h5": slideOf(2, 100),
    "canary-anna-1.h5": slideOf(3, 200),
    "1002.h5": slideOf(4, 300),
  },
};

async function readHospital(changes: Partial<SlideFolder> = {}): Promise<SiteTable> {
  return readSite(await slidesWith({...HOSPITAL, ...changes}));
}

/** First feature of each row, which tells the tile. */
function tilesOf({values}: SiteTable): number[] {
  return [...values].filter((_, index) => index % DIMENSION === 0);
}

/** One patient with two slides of 20 and 30 tiles, of which 10 are kept, and one of 5. */
const CLINI_OF_TWO = "PATIENT,isMSIH\nanna,MSIH\nbert,nonMSIH\n";
const LARGE: SlideFolder = {
  files: {"clini.csv": CLINI_OF_TWO, "slides.csv": "PATIENT,FILENAME\nanna,2.h5\nanna,1.h5\nbert,3.h5\n"},
  slides: {"1.h5": slideOf(20, 0), "2.h5": slideOf(30, 20), "3.h5": slideOf(5, 500)},
  changes: {features: featuresText({tilesPerPatient: 10})},
};

/** The same tiles in one array, the patients' rows among each other. */
function arrayOf(changes: Readonly<Record<string, string>> = {}): SlideFolder {
  const owners = Array.from({length: 55}, (_, row) => (row % 11 === 3 ? "bert" : "anna"));
  const rows = owners.map((owner) => `${owner},${owner === "anna" ? "MSIH" : "nonMSIH"}`);
  const next = {anna: 0, bert: 500};
  const values = new Float32Array(55 * DIMENSION);
  owners.forEach((owner, row) => {
    const first = owner === "anna" ? next.anna++ : next.bert++;
    values.set(tileValues(1, first), row * DIMENSION);
  });
  return {
    files: {
      "tiles.csv": ["PATIENT,isMSIH", ...rows].join("\n"),
      "features.npy": npyBytes("<f4", [55, DIMENSION], new Uint8Array(values.buffer)),
    },
    changes: {
      sites: "{leeds: {tiles: tiles.csv, features: features.npy}}",
      columns: "{patient: PATIENT}",
      features: featuresText({tilesPerPatient: 10}),
      ...changes,
    },
  };
}

describe("a site's slides", () => {
  it("become a row a tile; the slides of a patient are one bag, in the order of their file names", async () => {
    const table = await readHospital();
    expect(table.featureNames).toEqual(["f0", "f1", "f2", "f3"]);
    expect(tilesOf(table)).toEqual([100, 101, 200, 201, 202, 300, 301, 302, 303]);
    expect([...table.values.subarray(4, 8)]).toEqual([101, 101.125, 101.25, 101.375]);
    expect([...table.labels]).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0]);
    expect(table.patients).toEqual([
      ...Array.from({length: 5}, () => "leeds:canary-anna"),
      ...Array.from({length: 4}, () => "leeds:1002"),
    ]);
    expect([...table.rowNumbers]).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3]);
    expect(table.assignedParts).toBeNull();
  });

  it("are counted: those without a label, without a slide, and of unknown patients", async () => {
    const {droppedRows, slides} = await readHospital();
    expect(droppedRows, "of dora and emil").toBe(2);
    expect(slides).toEqual({
      bags: [
        {label: 1, tiles: 5},
        {label: 0, tiles: 4},
      ],
      slides: 3,
      patientsWithoutSlide: 1,
      slidesWithoutPatient: 2,
      stated: {
        extractor: "invented",
        tileSizeUm: 256,
        tileSizePx: 224,
        unnamedFiles: 0,
        strayCoordinates: 0,
      },
    });
  });

  it("are the same with a workbook in place of the CSV file", async () => {
    const files = {...HOSPITAL.files, "clini.xlsx": new Uint8Array(await readFile(WORKBOOK))};
    const sites = "{leeds: {clini: clini.xlsx, slides: slides.csv, features: features}}";
    expect(await readHospital({files, changes: {sites}})).toEqual(await readHospital());
  });

  it("may be of any size where the task leaves it open, if it is one", async () => {
    const slides = {...HOSPITAL.slides};
    for (const name of Object.keys(slides)) slides[name] = slideOf(2, 10, {tileSizeUm: 128, tileSizePx: 512});
    const changes = {features: featuresText({tileSizeUm: null, tileSizePx: null})};
    expect((await readHospital({slides, changes})).slides?.stated).toMatchObject({
      tileSizeUm: 128,
      tileSizePx: 512,
    });
  });

  it("in one array give the table that the same tiles give in files of their own", async () => {
    const stamp = await readSite(await slidesWith(LARGE));
    const array = await readSite(await slidesWith(arrayOf()));
    expect(array.slides).toEqual({...stamp.slides, slides: null, stated: array.slides?.stated});
    expect({...array, slides: null}).toEqual({...stamp, slides: null});
  });

  it("in one array without a label are left out, and counted as tiles", async () => {
    const {files, changes = {}} = arrayOf();
    const tiles = String(files["tiles.csv"]).replaceAll("bert,nonMSIH", "bert,NA");
    const table = await readSite(await slidesWith({files: {...files, "tiles.csv": tiles}, changes}));
    expect(table.droppedRows).toBe(5);
    expect(new Set(table.patients)).toEqual(new Set(["leeds:anna"]));
  });
});

describe("the kept tiles of a patient", () => {
  it("are as many as the task allows, different, in order, and each with its own features", async () => {
    const table = await readSite(await slidesWith(LARGE));
    const anna = [...table.rowNumbers.subarray(0, 10)];
    expect(new Set(anna).size).toBe(10);
    expect(anna).toEqual([...anna].sort((a, b) => a - b));
    // 1.h5 comes first, so that tile t of anna has the first feature t.
    expect(tilesOf(table)).toEqual([...anna, 500, 501, 502, 503, 504]);
    expect(table.slides?.bags, "all are counted").toEqual([
      {label: 1, tiles: 50},
      {label: 0, tiles: 5},
    ]);
  });

  it("are those of the fixed draw, which no later version may change", async () => {
    const table = await readSite(await slidesWith(LARGE));
    expect([...table.rowNumbers.subarray(0, 10)]).toEqual([0, 2, 4, 12, 15, 22, 27, 42, 43, 47]);
  });

  it("do not depend on who else is at the site, or on the order of the tables", async () => {
    const table = await readSite(await slidesWith(LARGE));
    const alone = await readSite(
      await slidesWith({
        ...LARGE,
        files: {
          "clini.csv": "PATIENT,isMSIH\nbert,NA\nanna,MSIH\n",
          "slides.csv": "PATIENT,FILENAME\nbert,3.h5\nanna,1.h5\nanna,2.h5\n",
        },
      }),
    );
    expect([...alone.rowNumbers]).toEqual([...table.rowNumbers.subarray(0, 10)]);
    expect(tilesOf(alone)).toEqual(tilesOf(table).slice(0, 10));
  });

  it("are drawn otherwise for another key", async () => {
    const files = {
      "clini.csv": "PATIENT,isMSIH\nannb,MSIH\n",
      "slides.csv": "PATIENT,FILENAME\nannb,2.h5\nannb,1.h5\n",
    };
    const other = await readSite(await slidesWith({...LARGE, files}));
    const table = await readSite(await slidesWith(LARGE));
    expect([...other.rowNumbers]).not.toEqual([...table.rowNumbers.subarray(0, 10)]);
  });
});

describe("the tiles of a patient for a heat map", () => {
  async function slicesOf(
    folder: SlideFolder,
  ): Promise<{patient: string; label: 0 | 1; slices: TileSlice[]}[]> {
    const query = await slidesWith(folder);
    if (query.task.kind !== "slides") throw new Error("the task is not of slides");
    const found = [];
    for await (const {patient, label, slices} of patientTiles(query.task, query)) {
      const parts: TileSlice[] = [];
      for await (const slice of slices()) parts.push(slice);
      found.push({patient, label, slices: parts});
    }
    return found;
  }

  it("are all of them, slide by slide, with their places", async () => {
    const patients = await slicesOf(LARGE);
    expect(patients.map(({patient, label}) => [patient, label])).toEqual([
      ["leeds:anna", 1],
      ["leeds:bert", 0],
    ]);
    const slices = patients.flatMap((patient) => patient.slices);
    expect(slices.map(({file, rows}) => [file, rows.length])).toEqual([
      ["1.h5", 20],
      ["2.h5", 30],
      ["3.h5", 5],
    ]);
    expect(slices.map(({features}) => features)).toEqual([
      tileValues(20, 0),
      tileValues(30, 20),
      tileValues(5, 500),
    ]);
    for (const {coordinates, rows} of slices) {
      expect(coordinates).toEqual(Float64Array.from({length: 2 * rows.length}, (_, index) => 256 * index));
    }
  });

  it("of an array are the patient's rows of it", async () => {
    const [anna, bert] = await slicesOf(arrayOf());
    expect(anna?.slices.map(({features}) => features)).toEqual([tileValues(50, 0)]);
    expect(bert?.slices.map(({rows}) => [...rows])).toEqual([[3, 14, 25, 36, 47]]);
    expect(bert?.slices[0]?.coordinates).toBeNull();
  });
});
