import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {openStateDirectory} from "../../src/storage/index.ts";
import {type CrashFileSystem, createCrashFileSystem} from "./crash-file-system.ts";

const RUN = "0123456789abcdef0123456789abcdef";
const FOLDER = join("/state/runs", RUN, "traces");
const MIB = 1024 * 1024;

async function openTrace(files: CrashFileSystem, faults: unknown[] = []) {
  const state = await openStateDirectory("/state", files);
  const run = await state.openRun(RUN);
  return {trace: await run.openTrace((error) => void faults.push(error)), close: () => state.close()};
}

const text = async (files: CrashFileSystem, name: string): Promise<string> =>
  Buffer.from((await files.read(join(FOLDER, name))) ?? []).toString("latin1");

describe("the flight recorder's files", () => {
  it("begin with a header, and anew with every life", async () => {
    const files = createCrashFileSystem();
    for (const life of ["one", "two"]) {
      const {trace, close} = await openTrace(files);
      trace.begin(() => Buffer.from(`<${life}>`));
      trace.write(Buffer.from("entry"));
      // Too short to end here: the header is not needed.
      trace.begin(() => Buffer.from("<round>"));
      trace.write(Buffer.from("more"));
      await close();
    }
    expect(await files.list(FOLDER)).toEqual(["trace-00000001.cbor", "trace-00000002.cbor"]);
    expect(await text(files, "trace-00000001.cbor")).toBe("<one>entrymore");
    expect(await text(files, "trace-00000002.cbor")).toBe("<two>entrymore");
  });

  it("stay within their number and size, the oldest going first", async () => {
    const files = createCrashFileSystem();
    const {trace, close} = await openTrace(files);
    for (let round = 0; round < 12; round++) {
      trace.begin(() => Buffer.from(`<${round}>`));
      // Far more than a file takes: the end of such a round is left out.
      for (let entry = 0; entry < 20; entry++) trace.write(new Uint8Array(MIB));
    }
    await close();
    const names = await files.list(FOLDER);
    expect(names).toHaveLength(8);
    expect(names.at(-1)).toBe("trace-00000012.cbor");
    for (const name of names) {
      const kept = await text(files, name);
      expect(kept.length).toBeLessThanOrEqual(10 * MIB);
      expect(kept.startsWith(`<${Number(name.slice(6, 14)) - 1}>`)).toBe(true);
    }
  });

  it("tell once that they cannot be written, and disturb nobody", async () => {
    const files = createCrashFileSystem();
    const faults: unknown[] = [];
    const {trace, close} = await openTrace(files, faults);
    files.failAt(1, "ENOSPC");
    trace.begin(() => Buffer.from("<header>"));
    for (let entry = 0; entry < 3; entry++) trace.write(Buffer.from("entry"));
    await close();
    expect(faults).toMatchObject([{code: "ENOSPC"}]);
  });
});
