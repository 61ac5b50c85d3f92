import {fromString, toString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import {writeDurably} from "../../src/storage/files/write-durably.ts";
import {newestFormat, readFormat} from "../../src/storage/format.ts";
import {type FileSystem, openStateDirectory} from "../../src/storage/index.ts";
import type {Migration} from "../../src/storage/migration.ts";
import {type CrashFileSystem, createCrashFileSystem, type Fate, PowerCut} from "./crash-file-system.ts";

const textOf = async (files: FileSystem, name: string): Promise<string | undefined> => {
  const bytes = await files.read(`/state/${name}`);
  return bytes === undefined ? undefined : toString(bytes);
};

/** Two steps as real ones would be: a file is rewritten, then moved to another name. */
const rewrite: Migration = async (files, directory) => {
  const path = `${directory}/notes`;
  const text = toString((await files.read(path)) ?? new Uint8Array(0));
  if (!text.startsWith("v2 ")) await writeDurably(files, path, fromString(`v2 ${text}`));
};
const move: Migration = async (files, directory) => {
  const bytes = await files.read(`${directory}/notes`);
  if (bytes === undefined) return;
  await writeDurably(files, `${directory}/papers`, bytes);
  await files.remove(`${directory}/notes`);
  await files.syncDirectory(directory);
};
const STEPS = [rewrite, move];

async function oldDisk(): Promise<CrashFileSystem> {
  const files = createCrashFileSystem();
  await files.makeDirectory("/state");
  await writeDurably(files, "/state/formatVersion", fromString("1\n"));
  await writeDurably(files, "/state/notes", fromString("text"));
  return files;
}

const upgrade = async (files: FileSystem, steps: readonly Migration[] = STEPS): Promise<number | null> => {
  const state = await openStateDirectory("/state", files, steps);
  await state.close();
  return state.upgradedFrom;
};

const FATES: readonly [string, Fate][] = [
  ["all unsynced is lost", () => 0],
  ["all unsynced is kept", (count) => count],
  ["half of it is kept", (count) => count >> 1],
];

describe("the format of a state directory", () => {
  it("is the newest in a new one, and one that is up to date is left as it is", async () => {
    const files = createCrashFileSystem();
    expect(await upgrade(files, [])).toBeNull();
    expect(await textOf(files, "formatVersion")).toBe(`${newestFormat([])}\n`);
    expect(await upgrade(files, [])).toBeNull();
    expect(await upgrade(createCrashFileSystem())).toBeNull();
  });

  it("is brought up step by step, from wherever it stands, and it is told from where", async () => {
    const files = await oldDisk();
    expect(await upgrade(files, [rewrite])).toBe(1);
    expect([await textOf(files, "formatVersion"), await textOf(files, "notes")]).toEqual(["2\n", "v2 text"]);
    expect(await upgrade(files)).toBe(2);
    expect([await textOf(files, "formatVersion"), await textOf(files, "papers")]).toEqual(["3\n", "v2 text"]);
    expect(await upgrade(files)).toBeNull();
  });

  it("is refused when it is newer than known, or none, and left as it is", async () => {
    const files = await oldDisk();
    await upgrade(files);
    const line = /the state directory \/state has format 3, this version knows 2/;
    await expect(upgrade(files, [rewrite])).rejects.toMatchObject({
      code: "STORAGE_VERSION",
      message: expect.stringMatching(line),
      hint: "Update consilium on this machine.",
    });
    await writeDurably(files, "/state/formatVersion", fromString("zero\n"));
    await expect(upgrade(files)).rejects.toMatchObject({
      code: "STORAGE_VERSION",
      hint: expect.stringMatching(/backup/),
    });
    expect(await textOf(files, "papers")).toBe("v2 text");
    await expect(readFormat(files, "/elsewhere")).resolves.toBeNull();
  });

  it.each(FATES)("is whole and goes on after a loss of power at any operation, when %s", async (_, fate) => {
    const counted = await oldDisk();
    const before = counted.operations();
    await upgrade(counted);
    const operations = counted.operations() - before;
    expect(operations).toBeGreaterThan(15);
    for (let at = 1; at <= operations; at++) {
      const files = await oldDisk();
      files.cutPowerAt(at);
      await expect(upgrade(files), `operation ${at}`).rejects.toBeInstanceOf(PowerCut);
      files.restart(fate);
      expect(["1\n", "2\n", "3\n"], `operation ${at}`).toContain(await textOf(files, "formatVersion"));
      await upgrade(files);
      const found = [
        await textOf(files, "formatVersion"),
        await textOf(files, "papers"),
        await textOf(files, "notes"),
      ];
      expect(found, `operation ${at}`).toEqual(["3\n", "v2 text", undefined]);
    }
  });

  it("stays at the step that failed, which the next opening runs again", async () => {
    const files = await oldDisk();
    let isBroken = true;
    const fragile: Migration = async (...given) => {
      if (isBroken) throw new PowerCut();
      await move(...given);
    };
    await expect(upgrade(files, [rewrite, fragile])).rejects.toBeInstanceOf(PowerCut);
    expect(await textOf(files, "formatVersion")).toBe("2\n");
    isBroken = false;
    expect(await upgrade(files, [rewrite, fragile])).toBe(2);
    expect(await textOf(files, "papers")).toBe("v2 text");
  });
});
