import {readFile, truncate, writeFile} from "node:fs/promises";
import {join} from "node:path";
import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {z} from "zod";
import {errorLine} from "../../src/core/index.ts";
import {openHdf5Tiles} from "../../src/data/readers/hdf5/hdf5-tiles.ts";
import {openNpyFile} from "../../src/data/readers/npy-file.ts";
import {rowSpans} from "../../src/data/readers/row-spans.ts";
import type {TileFile} from "../../src/data/readers/tile-file.ts";
import {npyBytes} from "./slides.ts";
import {folderWith, thrownBy} from "./workspace.ts";

const FOLDER = join(import.meta.dirname, "fixtures", "slides");

const expectedSchema = z.record(
  z.string(),
  z.strictObject({
    tiles: z.int(),
    dimension: z.int(),
    extractor: z.string().nullable(),
    tileSizeUm: z.number().nullable(),
    tileSizePx: z.number().nullable(),
    coordinates: z.string().nullable(),
    features: z.string(),
  }),
);

/** Written by make-slides.py with h5py and numpy, which share no code with the readers. */
const EXPECTED = Object.entries(
  expectedSchema.parse(JSON.parse(await readFile(join(FOLDER, "expected.json"), "utf8"))),
);

const openFile = (path: string): Promise<TileFile> =>
  path.endsWith(".npy") ? openNpyFile({path, name: "a file"}) : openHdf5Tiles({path, name: "a file"});

/** Bits of each number, big-endian and in hexadecimal. */
function bitsOf(values: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, index) => {
    bytes.setFloat32(4 * index, value);
  });
  return Buffer.from(bytes.buffer).toString("hex");
}

async function readRows(file: TileFile, rows: readonly number[]): Promise<Float32Array> {
  const into = new Float32Array(rows.length * file.dimension);
  await file.read(Uint32Array.from(rows), into);
  return into;
}

const upTo = (count: number): number[] => Array.from({length: count}, (_, row) => row);

describe("a file of tile features is read bit for bit:", () => {
  it("every layout has its file", () => {
    expect(EXPECTED.map(([name]) => name)).toEqual([
      "stamp-f16.h5",
      "stamp-f16-gzip.h5",
      "stamp-f32.h5",
      "clam.h5",
      "marugoto.h5",
      "patch-embeddings.h5",
      "half.npy",
      "single.npy",
      "double.npy",
    ]);
  });

  it.each(EXPECTED)("%s", async (name, expected) => {
    const file = await openFile(join(FOLDER, name));
    const {tiles, dimension, extractor, tileSizeUm, tileSizePx} = expected;
    expect([file.tiles, file.dimension]).toEqual([tiles, dimension]);
    expect(file.facts).toEqual({extractor, tileSizeUm, tileSizePx});
    expect(bitsOf(await readRows(file, upTo(tiles)))).toBe(expected.features);
    const places = await file.coordinates(Uint32Array.from(upTo(tiles)));
    expect(places === null ? null : [...places].join(" ")).toBe(expected.coordinates);
    await file.close();
  });

  it.each(EXPECTED)("%s, any of its tiles", async (name, {tiles, dimension, features, coordinates}) => {
    const file = await openFile(join(FOLDER, name));
    const places = coordinates?.split(" ").map(Number);
    await fc.assert(
      fc.asyncProperty(fc.subarray(upTo(tiles)), async (rows) => {
        const width = 8 * dimension;
        const wanted = rows.map((row) => features.slice(row * width, (row + 1) * width)).join("");
        expect(bitsOf(await readRows(file, rows))).toBe(wanted);
        const found = await file.coordinates(Uint32Array.from(rows));
        const at = rows.flatMap((row) => places?.slice(2 * row, 2 * row + 2) ?? []);
        expect(found === null ? [] : [...found]).toEqual(at);
      }),
      {numRuns: 30},
    );
    await file.close();
  });

  it("every binary16 there is, as the same number in binary32", async () => {
    const halves = Uint16Array.from({length: 0x10000}, (_, half) => half);
    const folder = await folderWith({
      "all.npy": npyBytes("<f2", [256, 256], new Uint8Array(halves.buffer)),
    });
    const file = await openFile(join(folder, "all.npy"));
    const values = await readRows(file, upTo(256));
    await file.close();
    const single = new DataView(new ArrayBuffer(4));
    const wrong = upTo(0x10000).filter((half) => {
      const value = values[half] ?? 0;
      const magnitude = half & 0x7fff;
      if (magnitude > 0x7c00) return !Number.isNaN(value);
      // The exponent's bias grows from 15 to 127 by a power of two; that also makes a subnormal a normal number.
      single.setUint32(0, magnitude << 13);
      const size = magnitude === 0x7c00 ? Number.POSITIVE_INFINITY : single.getFloat32(0) * 2 ** 112;
      return !Object.is(value, half < 0x8000 ? size : -size);
    });
    expect(wrong).toEqual([]);
  });
});

describe("a file that cannot be used is refused in one line:", () => {
  const refusals: [string, string, RegExp][] = [
    ["features of a whole slide", "slide-level.h5", /^DATA_TILES_UNSUPPORTED holds features of whole slides/],
    ["a file that is cut off", "truncated.h5", /^DATA_TILES_UNREADABLE cannot be read as HDF5/],
    ["a file of another format", "single.npy.h5", /^DATA_TILES_UNREADABLE cannot be read as HDF5/],
    ["an empty file", "empty.h5", /^DATA_TILES_UNREADABLE/],
    ["no file", "absent.h5", /^DATA_SLIDE_MISSING no such file/],
    ["no array", "absent.npy", /^DATA_FILE_MISSING no such file/],
    ["an array that is cut off", "cut.npy", /^DATA_TILES_UNREADABLE is cut off/],
    ["an array whose header is cut off", "header.npy", /^DATA_TILES_UNREADABLE is cut off/],
    ["a file that is no array", "hdf5.npy", /^DATA_TILES_UNREADABLE is not a \.npy file/],
    ["an empty array file", "empty.npy", /^DATA_TILES_UNREADABLE is not a \.npy file/],
    ["an array of whole numbers", "integers.npy", /^DATA_TILES_UNSUPPORTED is not an array of little-endian/],
    ["an array in Fortran order", "fortran.npy", /^DATA_TILES_UNSUPPORTED is not in C order/],
    ["an array of one axis", "flat.npy", /^DATA_TILES_UNSUPPORTED does not have the shape/],
  ];

  it.each(refusals)("%s", async (_, name, expected) => {
    const single = new Uint8Array(await readFile(join(FOLDER, "single.npy")));
    const hdf5 = new Uint8Array(await readFile(join(FOLDER, "stamp-f16.h5")));
    const with_ = (from: string, to: string): Uint8Array => {
      const text = Buffer.from(single).toString("latin1").replace(from, to);
      return new Uint8Array(Buffer.from(text, "latin1"));
    };
    const folder = await folderWith({
      "slide-level.h5": new Uint8Array(await readFile(join(FOLDER, "slide-level.h5"))),
      "truncated.h5": new Uint8Array(await readFile(join(FOLDER, "truncated.h5"))),
      "single.npy.h5": single,
      "empty.h5": "",
      "cut.npy": single.subarray(0, single.length - 1),
      "header.npy": single.subarray(0, 50),
      "hdf5.npy": hdf5,
      "empty.npy": "",
      "integers.npy": with_("<f4", "<i4"),
      "fortran.npy": with_("False", "True "),
      "flat.npy": with_("(7, 8)", "(56,) "),
    });
    const error = await thrownBy(() => openFile(join(folder, name)));
    expect(error).toMatchObject({code: expect.any(String), message: expect.any(String)});
    const {code, message} = z.looseObject({code: z.string(), message: z.string()}).parse(error);
    expect(message, "no line break").not.toContain("\n");
    expect(message, "no path").not.toContain(folder);
    expect(`${code} ${message.replace("a file: ", "")}`).toMatch(expected);
  });

  it("an HDF5 file cut at any place, opened or read", async () => {
    const whole = new Uint8Array(await readFile(join(FOLDER, "stamp-f16-gzip.h5")));
    await fc.assert(
      fc.asyncProperty(fc.integer({min: 1, max: whole.length - 1}), async (length) => {
        const folder = await folderWith({"cut.h5": whole.subarray(0, length)});
        const error = await thrownBy(async () => {
          const file = await openFile(join(folder, "cut.h5"));
          await readRows(file, upTo(file.tiles));
        });
        expect(error, `${length} bytes`).toMatchObject({code: "DATA_TILES_UNREADABLE"});
      }),
      {numRuns: 40},
    );
  });

  it("an array that is cut off while it is open", async () => {
    const folder = await folderWith({"a.npy": ""});
    const path = join(folder, "a.npy");
    await writeFile(path, await readFile(join(FOLDER, "single.npy")));
    const file = await openFile(path);
    await truncate(path, 200);
    expect(await thrownBy(() => readRows(file, upTo(7)))).toMatchObject({code: "DATA_TILES_UNREADABLE"});
    await file.close();
  });
});

describe("the slices of a file", () => {
  const cases = fc.record({
    rows: fc.integer({min: 1, max: 5000}),
    rowBytes: fc.integer({min: 2, max: 2 ** 20}),
    chunkRows: fc.integer({min: 1, max: 300}),
    step: fc.integer({min: 1, max: 400}),
  });

  it("hold every wanted row once, are whole chunks, and never exceed 8 MiB or one chunk", () => {
    fc.assert(
      fc.property(cases, ({step, ...layout}) => {
        const wanted = Uint32Array.from(upTo(layout.rows).filter((row) => (row * row) % step === 0));
        let position = 0;
        let last = 0;
        for (const {first, end, from, to} of rowSpans(wanted, layout)) {
          expect(from, "no position is left out or repeated").toBe(position);
          expect(to).toBeGreaterThan(from);
          expect(first, "no chunk is read twice").toBeGreaterThanOrEqual(last);
          expect(first % layout.chunkRows).toBe(0);
          expect(wanted[from] ?? -1).toBeGreaterThanOrEqual(first);
          expect(wanted[to - 1] ?? end).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(layout.rows);
          const most = Math.max(8 * 2 ** 20, layout.chunkRows * layout.rowBytes);
          expect((end - first) * layout.rowBytes).toBeLessThanOrEqual(most);
          position = to;
          last = end;
        }
        expect(position).toBe(wanted.length);
      }),
    );
  });
});

describe("a file with features under two names", () => {
  it("is refused, as nobody can tell which are meant", async () => {
    const folder = await folderWith({});
    const path = join(folder, "both.h5");
    const library = await import("h5wasm/node");
    await library.ready;
    const file = new library.File(path, "w");
    file.create_dataset({name: "feats", data: Float32Array.of(1, 2), shape: [1, 2], dtype: "<f"});
    file.create_dataset({name: "features", data: Float32Array.of(3, 4), shape: [1, 2], dtype: "<f"});
    file.close();
    expect(errorLine(await thrownBy(() => openFile(path)))).toBe(
      "DATA_TILES_UNSUPPORTED: a file: has both feats and features, and does not say which are the tiles' features. " +
        "Keep the one that the task's extractor made: delete the other, or extract the features again.",
    );
  });
});
