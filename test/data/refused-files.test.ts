import {execFileSync} from "node:child_process";
import {chmod, mkdir, readFile, symlink, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {errorLine} from "../../src/core/index.ts";
import {openHdf5Tiles} from "../../src/data/readers/hdf5/hdf5-tiles.ts";
import {openNpyFile} from "../../src/data/readers/npy-file.ts";
import {folderWith, thrownBy} from "./workspace.ts";

/** Made by make-refused.py with h5py, which shares no code with the reader. */
const FOLDER = join(import.meta.dirname, "fixtures", "refused");

const lineOf = async (path: string): Promise<string> =>
  errorLine(
    await thrownBy(async () => {
      const open = path.endsWith(".npy") ? openNpyFile : openHdf5Tiles;
      await (await open({path, name: "a file"})).close();
    }),
  );

describe("an HDF5 file is refused for what it is, whether or not its numbers could be had:", () => {
  const cases: [string, RegExp][] = [
    ["bfloat16.h5", /features are bfloat16/],
    ["integers.h5", /features are 64-bit whole numbers/],
    ["truth.h5", /features are an enumeration or truth values/],
    ["strings.h5", /features are strings/],
    ["complex.h5", /features are compound values/],
    ["named-type.h5", /features are a named datatype/],
    ["external-storage.h5", /lies outside the file \(external storage\)/],
    ["external-link.h5", /is a link that leads out of the file/],
    ["soft-link-out.h5", /is a link that leads out of the file/],
    ["virtual.h5", /is a virtual dataset/],
    ["group.h5", /its feats is a group/],
    ["lzf.h5", /compressed with LZF, .* h5repack -f GZIP=4/],
    ["bzip2-passed.h5", /compressed with bzip2, .* h5repack -f GZIP=4/],
    ["zstandard-passed.h5", /compressed with Zstandard, /],
    ["unlisted-filter.h5", /compressed with HDF5 filter 511, /],
    ["large-chunk.h5", /kept in chunks of more than 256 MiB/],
  ];

  it.each(cases)("%s", async (name, expected) => {
    const line = await lineOf(join(FOLDER, name));
    expect(line).toMatch(/^DATA_TILES_UNSUPPORTED: a file: /);
    expect(line).toMatch(expected);
  });

  it("many-rows.h5, which declares 2^40 rows in 1,400 bytes", async () => {
    expect(await lineOf(join(FOLDER, "many-rows.h5"))).toMatch(
      /^DATA_TILES_UNREADABLE: a file: .* has 1099511627776 rows, more than a file of 1400 bytes can hold/,
    );
  });

  it.each(["sound.h5", "big-endian.h5", "big-endian-half.h5"])("but not %s", async (name) => {
    const file = await openHdf5Tiles({path: join(FOLDER, name), name: "a file"});
    const into = new Float32Array(32);
    await file.read(
      Uint32Array.from({length: 8}, (_, row) => row),
      into,
    );
    await file.close();
    expect([...into]).toEqual(Array.from({length: 32}, (_, index) => index / 8));
  });
});

/** Runs `action` as a user who has no rights of root, where the tests run as root. */
async function withoutRights<Result>(action: () => Promise<Result>): Promise<Result> {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(65_534);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
  }
}

describe("a file that cannot be opened is told by the reason:", () => {
  it("no rights", async () => {
    const folder = await folderWith({"a.h5": await readFile(join(FOLDER, "sound.h5")), "a.npy": "x"});
    await chmod(folder, 0o755);
    for (const name of ["a.h5", "a.npy"]) {
      await chmod(join(folder, name), 0o000);
      const line = await withoutRights(() => lineOf(join(folder, name)));
      expect(line).toMatch(/^DATA_FILE_UNREADABLE: a file: this user may not read it \(EACCES\)\. Give /);
    }
  });

  it("a folder, a pipe, a circle of links, a name that is too long", async () => {
    const folder = await folderWith({});
    await mkdir(join(folder, "folder.h5"));
    execFileSync("mkfifo", [join(folder, "pipe.h5")]);
    await symlink("circle.h5", join(folder, "circle.h5"));
    const expected = {
      "folder.h5": "is a folder, not a file",
      "pipe.h5": "is not a plain file",
      "circle.h5": "its symbolic links lead in a circle (ELOOP)",
      [`${"long".repeat(70)}.h5`]: "its name is longer than the file system allows",
    };
    for (const [name, what] of Object.entries(expected)) {
      expect(await lineOf(join(folder, name))).toContain(`DATA_FILE_UNREADABLE: a file: ${what}. `);
    }
  });
});

describe("an array is refused for", () => {
  const header = (text: string, bytes = 64): Uint8Array => {
    const head = Buffer.from(`\x93NUMPY\x01\x00..${text}\n`, "latin1");
    head.writeUInt16LE(text.length + 1, 8);
    return Buffer.concat([head, Buffer.alloc(bytes)]);
  };
  const shaped = (descr: string, shape: string): string =>
    `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;
  const cases: [string, Uint8Array, RegExp][] = [
    ["big-endian numbers", header(shaped("'>f4'", "(4, 4)")), /UNSUPPORTED.* floats but of >f4/],
    ["opaque values such as bfloat16", header(shaped("'|V2'", "(4, 4)")), /UNSUPPORTED.* floats but of \|V2/],
    ["compound values", header(shaped("[('a', '<f4')]", "(4, 4)")), /UNSUPPORTED.* little-endian floats\./],
    ["pickled objects", header(shaped("'|O'", "(4, 4)")), /UNSUPPORTED.*little-endian floats/],
    ["a shape of more than the file holds", header(shaped("'<f4'", "(4, 5)")), /UNREADABLE.* is cut off/],
    [
      "a shape beyond all numbers",
      header(shaped("'<f4'", `(${"9".repeat(400)}, 4)`)),
      /UNREADABLE.* is cut off/,
    ],
    [
      "a header that is longer than any",
      Buffer.from("\x93NUMPY\x02\x00\xff\xff\xff\x7f", "latin1"),
      /UNREADABLE/,
    ],
  ];

  it.each(cases)("%s", async (_, bytes, expected) => {
    const folder = await folderWith({});
    await writeFile(join(folder, "a.npy"), bytes);
    expect(await lineOf(join(folder, "a.npy"))).toMatch(expected);
  });
});
