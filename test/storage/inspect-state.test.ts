import {access, mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fromString} from "uint8arrays";
import {describe, expect, it, onTestFinished} from "vitest";
import {sha256, toHex} from "../../src/core/index.ts";
import {inspectState, openStateDirectory} from "../../src/storage/index.ts";
import {createCrashFileSystem} from "./crash-file-system.ts";

const RUN = "0123456789abcdef0123456789abcdef";
const MODEL = fromString("a model");
const HASH = toHex(sha256(MODEL));

describe("a state directory is read", () => {
  it("beside the process that has taken it and writes to it", async () => {
    const path = await mkdtemp(join(tmpdir(), "consilium-inspect-"));
    onTestFinished(() => rm(path, {recursive: true}));
    const state = await openStateDirectory(path);
    const run = await state.openRun(RUN);
    await run.journal.append(fromString("first"));
    await run.models.put(HASH, MODEL);
    const inspected = await inspectState(path);
    expect(inspected.isLocked).toBe(true);
    const before = await inspected.readRun(RUN);
    await run.journal.append(fromString("second"));
    expect(before.journal.entries()).toEqual([fromString("first")]);
    expect((await inspected.readRun(RUN)).journal.entries()).toEqual(
      ["first", "second"].map((text) => fromString(text)),
    );
    expect(toHex((await before.models.get(HASH)) ?? new Uint8Array())).toBe(toHex(MODEL));
    expect(await before.models.get("ab".repeat(32))).toBeUndefined();
    await expect(before.models.get("../node.key")).rejects.toMatchObject({code: "STORAGE_NAME_INVALID"});
    await state.close();
  });

  it("without making what is not there", async () => {
    const inspected = await inspectState("/nowhere/state");
    const run = await inspected.readRun(RUN);
    expect(run.journal.entries()).toEqual([]);
    expect(await run.models.get(HASH)).toBeUndefined();
    await expect(access("/nowhere")).rejects.toMatchObject({code: "ENOENT"});
  });

  it("unless a newer version wrote it", async () => {
    const files = createCrashFileSystem();
    await (await openStateDirectory("/state", files)).close();
    const inspected = await inspectState("/state", {...files, read: async () => fromString("9\n")});
    await expect(inspected.readRun(RUN)).rejects.toMatchObject({code: "STORAGE_VERSION"});
  });
});
