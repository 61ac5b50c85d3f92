import {mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {concat, fromString} from "uint8arrays";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {isCoded, sha256, toHex} from "../../src/core/index.ts";
import {backupState} from "../../src/storage/backup/backup-state.ts";
import {type BackupMessage, encodeMessage} from "../../src/storage/backup/messages.ts";
import {seal} from "../../src/storage/backup/sealed-stream.ts";
import {newestFormat} from "../../src/storage/format.ts";
import {type FileSystem, openStateDirectory, restoreState} from "../../src/storage/index.ts";
import {PowerCut} from "./crash-file-system.ts";
import {type Failure, failingFileSystem} from "./failing-file-system.ts";

const PASSPHRASE = "a passphrase of some length";
const CHEAP = {costBits: 4};
const RUN = "0123456789abcdef0123456789abcdef";
const MODEL = new Uint8Array(200_000).fill(7);
const MODEL_HASH = toHex(sha256(MODEL));

let root = "";
let state = "";
let target = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "consilium-backup-"));
  state = join(root, "state");
  target = join(root, "node.backup");
  const directory = await openStateDirectory(state);
  await directory.createNodeKey();
  await directory.writeAddresses({"12D3KooWx": ["/ip4/192.0.2.1/tcp/1"]});
  const run = await directory.openRun(RUN);
  await run.journal.append(fromString("a record"));
  await run.models.put(MODEL_HASH, MODEL);
  await directory.close();
  await writeFile(join(state, "patients.csv"), "id\n4711\n");
  await mkdir(join(state, "runs", RUN, "traces"));
  await writeFile(join(state, "runs", RUN, "traces", "trace-00000001.cbor"), "trace");
});
afterEach(() => rm(root, {recursive: true, force: true}));

/** Every file below `folder` with its bytes, and its mode. */
async function treeOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const tree: Record<string, string> = {};
  for (const entry of entries.filter((found) => found.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const mode = ((await stat(path)).mode & 0o777).toString(8);
    tree[path.slice(folder.length + 1)] = `${mode} ${toHex(sha256(await readFile(path)))}`;
  }
  return tree;
}

const FORGOTTEN = ["patients.csv", `runs/${RUN}/traces/trace-00000001.cbor`];

async function keptTree(): Promise<Record<string, string>> {
  const tree = await treeOf(state);
  for (const name of FORGOTTEN) delete tree[name];
  return tree;
}

const backup = (files?: FileSystem) =>
  backupState(state, target, PASSPHRASE, files === undefined ? CHEAP : {...CHEAP, files});
const restore = (to: string, files?: FileSystem) =>
  restoreState(target, to, PASSPHRASE, files === undefined ? {} : {files});

describe("a backup", () => {
  it("gives back everything that a node must not forget, and neither data nor traces", async () => {
    const before = await keptTree();
    expect(await backup()).toMatchObject({runs: 1, models: 1});
    expect((await stat(target)).mode & 0o777).toBe(0o600);
    const bytes = await readFile(target);
    for (const word of ["PRIVATE KEY", "a record", "192.0.2.1", "4711", MODEL_HASH]) {
      expect(bytes.includes(word), word).toBe(false);
    }
    const other = join(root, "elsewhere", "state");
    expect(await restore(other)).toMatchObject({runs: 1, models: 1});
    const {"restored.json": mark, ...after} = await treeOf(other);
    expect(after).toEqual(before);
    expect(mark).toMatch(/^600 /);
    expect((await stat(other)).mode & 0o777).toBe(0o700);
    expect(await readdir(join(root, "elsewhere"))).toEqual(["state"]);
    const directory = await openStateDirectory(other);
    expect(await directory.isUnvouched(RUN)).toBe(true);
    await directory.vouchFor(RUN);
    expect([await directory.isUnvouched(RUN), await directory.isUnvouched("f".repeat(32))]).toEqual([
      false,
      true,
    ]);
    expect((await directory.openRun(RUN)).journal.entries()).toHaveLength(1);
    await directory.close();
  });

  it("is not asked for of a directory that was never restored, and once more where the mark is damaged", async () => {
    const directory = await openStateDirectory(state);
    expect(await directory.isUnvouched(RUN)).toBe(false);
    await writeFile(join(state, "restored.json"), "{");
    expect(await directory.isUnvouched(RUN)).toBe(true);
    await directory.close();
  });

  it("is taken of no absent or newer state, and over no file", async () => {
    await writeFile(target, "precious");
    await expect(backup()).rejects.toMatchObject({code: "STORAGE_BACKUP_EXISTS"});
    expect(await readFile(target, "utf8")).toBe("precious");
    await expect(backupState(join(root, "none"), target, PASSPHRASE, CHEAP)).rejects.toMatchObject({
      code: "STORAGE_STATE_MISSING",
    });
    await writeFile(join(state, "formatVersion"), `${newestFormat() + 1}\n`);
    await expect(backup()).rejects.toMatchObject({code: "STORAGE_VERSION"});
  });
});

describe("a restoration", () => {
  it("overwrites nothing, and takes an empty directory", async () => {
    await backup();
    await expect(restore(state)).rejects.toMatchObject({code: "STORAGE_STATE_EXISTS"});
    const empty = join(root, "empty");
    await mkdir(empty);
    await restore(empty);
    expect(Object.keys(await treeOf(empty))).toContain("node.key");
    await expect(restoreState(join(root, "none"), join(root, "x"), PASSPHRASE)).rejects.toMatchObject({
      code: "STORAGE_BACKUP_MISSING",
    });
  });

  it("puts nothing in place from a backup that was changed or cut off anywhere", async () => {
    await backup();
    const whole = await readFile(target);
    const other = join(root, "other");
    const places = [100, 5000, 65_700, 140_000, whole.length - 1];
    for (const at of places) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      for (const bytes of [changed, whole.subarray(0, at)]) {
        await writeFile(target, bytes);
        await expect(restore(other), `byte ${at}`).rejects.toMatchObject({code: "STORAGE_BACKUP_CORRUPT"});
        expect((await readdir(root)).sort()).toEqual(["node.backup", "state"]);
      }
    }
  });

  it("takes no state of a newer version", async () => {
    const newer = `${newestFormat() + 1}\n`;
    await forge([file("formatVersion"), part(newer), end({formatVersion: newer})]);
    await expect(restore(join(root, "other"))).rejects.toMatchObject({
      code: "STORAGE_VERSION",
      hint: expect.stringMatching(/Update/),
    });
    expect((await readdir(root)).sort()).toEqual(["node.backup", "state"]);
  });
});

const file = (path: string): BackupMessage => ({kind: "file", path});
const part = (text: string): BackupMessage => ({kind: "part", bytes: fromString(text)});
const end = (contents: Readonly<Record<string, string>>): BackupMessage => ({
  kind: "end",
  files: Object.entries(contents).map(([path, text]) => ({
    path,
    sizeBytes: text.length,
    sha256: toHex(sha256(fromString(text))),
  })),
});

/** Writes a backup of these messages, as somebody could who knows the passphrase. */
async function forge(messages: readonly (BackupMessage | Uint8Array)[]): Promise<void> {
  async function* plain(): AsyncGenerator<Uint8Array> {
    for (const message of messages) yield message instanceof Uint8Array ? message : encodeMessage(message);
  }
  const parts: Uint8Array[] = [];
  for await (const sealed of seal(plain(), PASSPHRASE, CHEAP.costBits)) parts.push(sealed);
  await writeFile(target, concat(parts));
}

describe("a backup that is authentic and still wrong", () => {
  const format = [file("formatVersion"), part("1\n")];
  it.each<[string, readonly (BackupMessage | Uint8Array)[]]>([
    ["leads out of the directory", [...format, file("../evil.key"), part("x"), end({formatVersion: "1\n"})]],
    ["is absolute", [...format, file("/evil.key"), end({formatVersion: "1\n"})]],
    ["names a file twice", [...format, ...format, end({formatVersion: "1\n"})]],
    ["has a part of no file", [part("x")]],
    ["has no end", format],
    ["goes on after its end", [...format, end({formatVersion: "1\n"}), file("node.key")]],
    ["names what it does not hold", [...format, end({formatVersion: "1\n", "node.key": "x"})]],
    ["holds what it does not name", [...format, file("node.key"), part("x"), end({formatVersion: "1\n"})]],
    ["holds other bytes than it names", [...format, end({formatVersion: "9\n"})]],
    ["has no format", [end({})]],
    ["is no list of messages", [fromString("\u0001\u0000\u0000\u0000\u0000")]],
    ["ends within a message", [fromString("\u0009\u0000\u0000\u0000a")]],
    ["ends within a length", [fromString("\u0009")]],
    ["has a message without bounds", [Uint8Array.of(0xff, 0xff, 0xff, 0xff)]],
  ])("%s", async (_, messages) => {
    await forge(messages);
    await expect(restore(join(root, "other"))).rejects.toMatchObject({code: "STORAGE_BACKUP_CORRUPT"});
    expect((await readdir(root)).sort()).toEqual(["node.backup", "state"]);
  });
});

/** Runs `act` with each of its changing operations failing in turn; how many there were. */
async function withEachFailing(
  act: (files: FileSystem) => Promise<unknown>,
  failure: (at: number) => Failure,
  check: (at: number, error: unknown) => Promise<void>,
): Promise<number> {
  for (let at = 1; ; at++) {
    const files = failingFileSystem(failure(at));
    const error: unknown = await act(files).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (files.operations() < at) return at - 1;
    await check(at, error);
  }
}

describe("when the process is killed at any operation", () => {
  const kill = (at: number): Failure => ({at});

  it("of a backup, what is left is whole or refused, and the state is as it was", async () => {
    const before = await treeOf(state);
    const count = await withEachFailing(backup, kill, async (at, error) => {
      expect(error, `operation ${at}`).toBeInstanceOf(PowerCut);
      expect(await treeOf(state)).toEqual(before);
      const other = join(root, "other");
      const isLeft = (await readdir(root)).includes("node.backup");
      const outcome = await restore(other).then(
        () => "whole",
        (fault: unknown) => (isCoded(fault) ? fault.code : fault),
      );
      const refusals = ["STORAGE_BACKUP_CORRUPT", "STORAGE_BACKUP_FOREIGN"];
      expect(isLeft ? ["whole", ...refusals] : ["STORAGE_BACKUP_MISSING"], `operation ${at}`).toContain(
        outcome,
      );
      await rm(other, {recursive: true, force: true});
      await rm(target, {force: true});
    });
    expect(count).toBeGreaterThan(5);
  });

  it("of a restoration, the directory is not there or whole, and the next restoration succeeds", async () => {
    await backup();
    const kept = await keptTree();
    const other = join(root, "other");
    const count = await withEachFailing(
      (files) => restore(other, files),
      kill,
      async (at, error) => {
        expect(error, `operation ${at}`).toBeInstanceOf(PowerCut);
        const isThere = (await readdir(root)).includes("other");
        if (!isThere) await restore(other);
        const {"restored.json": mark, ...tree} = await treeOf(other);
        expect(tree, `operation ${at}`).toEqual(kept);
        expect(mark, `operation ${at}`).toBeDefined();
        expect((await readdir(root)).sort(), `operation ${at}`).toEqual(["node.backup", "other", "state"]);
        await rm(other, {recursive: true});
      },
    );
    expect(count).toBeGreaterThan(25);
  });
});

describe("when any operation fails with ENOSPC", () => {
  const full = (at: number): Failure => ({at, code: "ENOSPC"});
  it("is told by its code, and leaves nothing behind", async () => {
    await withEachFailing(backup, full, async (at, error) => {
      expect(error, `operation ${at}`).toMatchObject({code: "STORAGE_FULL"});
      await rm(target, {force: true});
    });
    await rm(target, {force: true});
    await backup();
    const other = join(root, "other");
    await withEachFailing(
      (files) => restore(other, files),
      full,
      async (at, error) => {
        expect(error, `operation ${at}`).toMatchObject({code: "STORAGE_FULL"});
        expect(
          (await readdir(root)).filter((name) => name.startsWith("other.")),
          `operation ${at}`,
        ).toEqual([]);
        await rm(other, {recursive: true, force: true});
      },
    );
  });
});
