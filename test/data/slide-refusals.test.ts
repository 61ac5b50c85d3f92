import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {inspect} from "node:util";
import {describe, expect, it} from "vitest";
import {errorLine} from "../../src/core/index.ts";
import {patientTiles, readSite} from "../../src/data/index.ts";
import {
  DIMENSION,
  featuresText,
  npyBytes,
  type SlideFolder,
  slideOf,
  slidesWith,
  tileValues,
} from "./slides.ts";
import {thrownBy} from "./workspace.ts";

const CLINI = "PATIENT,isMSIH\ncanary-anna,MSIH\ncanary-bert,nonMSIH\n";
const SLIDES = "PATIENT,FILENAME\ncanary-anna,canary-1.h5\ncanary-bert,canary-2.h5\n";

const fixture = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(join(import.meta.dirname, "fixtures", "slides", name)));

const SLIDE_LEVEL = await fixture("slide-level.h5");
const TRUNCATED = await fixture("truncated.h5");
const WITHOUT_TILES = await fixture("without-tiles.h5");

/** A site with two patients, changed. */
interface Fault extends Partial<SlideFolder> {
  readonly clini?: string;
  readonly table?: string;
}

function folderOf({clini = CLINI, table = SLIDES, files, slides, changes = {}}: Fault): SlideFolder {
  return {
    files: {"clini.csv": clini, "slides.csv": table, ...files},
    slides: {"canary-1.h5": slideOf(3, 0), "canary-2.h5": slideOf(3, 10), ...slides},
    changes,
  };
}

function withValue(value: number): Partial<SlideFolder> {
  const features = tileValues(3, 0);
  features[2 * DIMENSION + 1] = value;
  return {slides: {"canary-2.h5": slideOf(3, 0, {features})}};
}

const OWN_BERT = "PATIENT,FILENAME\ncanary-anna,canary-1.h5\ncanary-bert,canary-other.h5\n";

/** What is wrong, and the line up to its hint. */
const FAULTS: [string, Fault, string][] = [
  [
    "a slide's file that is not there",
    {table: OWN_BERT},
    "DATA_SLIDE_MISSING: slides.csv:3: its slide: no such file.",
  ],
  [
    "a folder in place of a slide's file",
    {table: OWN_BERT, files: {"features/canary-other.h5/canary-1.txt": ""}},
    "DATA_FILE_UNREADABLE: slides.csv:3: its slide: is a folder, not a file.",
  ],
  [
    "a patient that is in the table twice",
    {clini: `${CLINI}canary-anna,MSIH\n`},
    "DATA_PATIENT_DUPLICATE: clini.csv:4: the same patient as on line 2.",
  ],
  [
    "a slide that is listed twice for one patient",
    {table: `${SLIDES}canary-anna,canary-1.h5\n`},
    "DATA_SLIDE_DUPLICATE: slides.csv:4: the same slide as on line 2.",
  ],
  [
    "a slide that is listed for two patients, spelled otherwise",
    {table: `${SLIDES}canary-bert,./canary-1.h5\n`},
    "DATA_SLIDE_DUPLICATE: slides.csv:4: the same slide as on line 2.",
  ],
  [
    "a slide outside the features folder",
    {table: `${SLIDES}canary-bert,../canary-1.h5\n`},
    "DATA_VALUE_INVALID: slides.csv:4:2: FILENAME: is not the path of an .h5 file below the features folder.",
  ],
  [
    "a slide by its absolute path",
    {table: `${SLIDES}canary-bert,/tmp/canary-1.h5\n`},
    "DATA_VALUE_INVALID: slides.csv:4:2: FILENAME: is not the path of an .h5 file below the features folder.",
  ],
  [
    "a slide of another ending",
    {table: `${SLIDES}canary-bert,canary-1.svs\n`},
    "DATA_VALUE_INVALID: slides.csv:4:2: FILENAME: is not the path of an .h5 file below the features folder.",
  ],
  [
    "a patient without a key",
    {clini: `${CLINI},MSIH\n`},
    "DATA_PATIENT_MISSING: clini.csv:4:1: PATIENT: is missing.",
  ],
  [
    "a slide without a patient",
    {table: `${SLIDES},canary-3.h5\n`},
    "DATA_PATIENT_MISSING: slides.csv:4:1: PATIENT: is missing.",
  ],
  [
    "an unknown label",
    {clini: "PATIENT,isMSIH\ncanary-anna,canary\n"},
    "DATA_LABEL_UNKNOWN: clini.csv:2:2: isMSIH:",
  ],
  [
    "a missing label, where the task refuses it",
    {
      clini: "PATIENT,isMSIH\ncanary-anna,NA\n",
      changes: {missing: "{markers: [NA], policy: refuse}"},
    },
    "DATA_VALUE_MISSING: clini.csv:2:2: isMSIH: is missing.",
  ],
  [
    "tables that have no patient in common",
    {table: "PATIENT,FILENAME\ncanary-zoe,canary-1.h5\n"},
    "DATA_NO_ROW_LEFT: clini.csv: no patient has both a label and a slide.",
  ],
  [
    "a table without the column of files",
    {table: "PATIENT,FILE\ncanary-anna,canary-1.h5\n"},
    'DATA_COLUMN_MISSING: slides.csv:1: no column "FILENAME" among 2.',
  ],
  [
    "another dimension",
    {slides: {"canary-2.h5": slideOf(2, 0, {dimension: 3, features: new Float32Array(6)})}},
    "DATA_DIMENSION_DIFFERS: slides.csv:3: its slide: 3 features a tile, the task says 4.",
  ],
  [
    "another extractor",
    {slides: {"canary-2.h5": slideOf(2, 0, {extractor: "uni"})}},
    'DATA_EXTRACTOR_DIFFERS: slides.csv:3: its slide: extractor "uni", the task says "invented".',
  ],
  [
    "another size of tiles in micrometres",
    {slides: {"canary-2.h5": slideOf(2, 0, {tileSizeUm: 128})}},
    "DATA_TILE_SIZE_DIFFERS: slides.csv:3: its slide: tiles of 128 um, not of 256 um.",
  ],
  [
    "another size of tiles in pixels",
    {slides: {"canary-2.h5": slideOf(2, 0, {tileSizePx: 512})}},
    "DATA_TILE_SIZE_DIFFERS: slides.csv:3: its slide: tiles of 512 px, not of 224 px.",
  ],
  [
    "tiles of two sizes, where the task leaves it open",
    {
      slides: {"canary-2.h5": slideOf(2, 0, {tileSizeUm: 128})},
      changes: {features: featuresText({tileSizeUm: null})},
    },
    "DATA_TILE_SIZE_DIFFERS: slides.csv:3: its slide: tiles of 128 um, not of 256 um.",
  ],
  [
    "a feature that is not a number",
    withValue(Number.NaN),
    "DATA_FEATURE_NOT_FINITE: slides.csv:3: its slide: feature f1 of a tile is not a finite number.",
  ],
  [
    "an infinite feature",
    withValue(Number.NEGATIVE_INFINITY),
    "DATA_FEATURE_NOT_FINITE: slides.csv:3: its slide: feature f1 of a tile is not a finite number.",
  ],
  [
    "a feature above the task's range",
    withValue(1000.5),
    "DATA_FEATURE_OUT_OF_RANGE: slides.csv:3: its slide: feature f1 of a tile lies outside -100 to 1000.",
  ],
  [
    "a feature below the task's range",
    withValue(-100.5),
    "DATA_FEATURE_OUT_OF_RANGE: slides.csv:3: its slide: feature f1 of a tile lies outside -100 to 1000.",
  ],
  [
    "features of whole slides",
    {table: OWN_BERT, files: {"features/canary-other.h5": SLIDE_LEVEL}},
    "DATA_TILES_UNSUPPORTED: slides.csv:3: its slide: holds features of whole slides or patients, not of tiles.",
  ],
  [
    "a file that is cut off",
    {table: OWN_BERT, files: {"features/canary-other.h5": TRUNCATED}},
    "DATA_TILES_UNREADABLE: slides.csv:3: its slide: cannot be read as HDF5.",
  ],
  [
    "a file without a tile",
    {table: OWN_BERT, files: {"features/canary-other.h5": WITHOUT_TILES}},
    "DATA_TILES_EMPTY: slides.csv:3: its slide: holds no tile.",
  ],
  [
    "a workbook that is none",
    {
      files: {"clini.xlsx": CLINI},
      changes: {sites: "{leeds: {clini: clini.xlsx, slides: slides.csv, features: features}}"},
    },
    "DATA_FILE_UNSUPPORTED: clini.xlsx: is plain text, no .xlsx workbook",
  ],
];

const ARRAY_TILES = "PATIENT,isMSIH\ncanary-anna,MSIH\ncanary-bert,nonMSIH\ncanary-anna,MSIH\n";
const ARRAY_CHANGES = {
  sites: "{leeds: {tiles: tiles.csv, features: features.npy}}",
  columns: "{patient: PATIENT}",
};

const ARRAY_FAULTS: [string, string, Float32Array, string][] = [
  [
    "rows of a table that the array does not have",
    `${ARRAY_TILES}canary-bert,nonMSIH\n`,
    tileValues(3, 0),
    "DATA_TILE_COUNTS_DIFFER: features.npy: has 3 rows, tiles.csv lists 4 tiles.",
  ],
  [
    "rows of an array that the table does not list",
    ARRAY_TILES,
    tileValues(4, 0),
    "DATA_TILE_COUNTS_DIFFER: features.npy: has 4 rows, tiles.csv lists 3 tiles.",
  ],
  [
    "tiles of one patient with two labels",
    ARRAY_TILES.replace(/MSIH\n$/, "nonMSIH\n"),
    tileValues(3, 0),
    "DATA_PATIENT_LABELS_DIFFER: tiles.csv:4: label differs from that of the same patient on line 2.",
  ],
  [
    "a feature outside the range in an array",
    ARRAY_TILES,
    tileValues(3, 5000),
    "DATA_FEATURE_OUT_OF_RANGE: features.npy: feature f0 of a tile lies outside -100 to 1000.",
  ],
];

/** Checks that what was thrown is one line that begins with `expected`, and that nothing in it is a patient's. */
function expectRefusal(error: unknown, expected: string): void {
  const line = errorLine(error);
  expect(line.slice(0, expected.length)).toBe(expected);
  expect(line).not.toContain("\n");
  expect(line.length, "with a hint").toBeGreaterThan(expected.length + 5);
  expect(inspect(error, {depth: Number.POSITIVE_INFINITY, showHidden: true})).not.toContain("canary");
}

describe("a site's slides are refused in one line that names no patient and no slide, for", () => {
  it.each(FAULTS)("%s", async (_, fault, expected) => {
    const query = await slidesWith(folderOf(fault));
    expectRefusal(await thrownBy(() => readSite(query)), expected);
  });

  it.each(ARRAY_FAULTS)("%s", async (_, tiles, values, expected) => {
    const shape = [values.length / DIMENSION, DIMENSION] as const;
    const array = npyBytes("<f4", shape, new Uint8Array(values.buffer));
    const files = {"tiles.csv": tiles, "features.npy": array};
    const query = await slidesWith({files, changes: ARRAY_CHANGES});
    expectRefusal(await thrownBy(() => readSite(query)), expected);
  });

  it("tables and arrays that are not there", async () => {
    const {files, ...rest} = folderOf({});
    const array = {files: {"tiles.csv": ARRAY_TILES}, changes: ARRAY_CHANGES};
    const cases: [SlideFolder, string][] = [
      [{...rest, files: {"slides.csv": files["slides.csv"] ?? ""}}, "clini.csv: no such file"],
      [{...rest, files: {"clini.csv": files["clini.csv"] ?? ""}}, "slides.csv: no such file"],
      [{...array, files: {}}, "tiles.csv: no such file"],
      [array, "features.npy: no such file"],
    ];
    for (const [folder, expected] of cases) {
      expectRefusal(
        await thrownBy(async () => readSite(await slidesWith(folder))),
        `DATA_FILE_MISSING: ${expected}`,
      );
    }
  });

  it.each(FAULTS)("%s, when a heat map is asked for", async (_, fault, expected) => {
    const query = await slidesWith(folderOf(fault));
    const {task} = query;
    if (task.kind !== "slides") throw new Error("the task is not of slides");
    const error = await thrownBy(async () => {
      for await (const {slices} of patientTiles(task, query)) {
        for await (const {rows} of slices()) expect(rows.length).toBeGreaterThan(0);
      }
    });
    expectRefusal(error, expected);
  });
});
