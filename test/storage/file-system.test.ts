import {chown, mkdtemp, open, readFile, rm, stat} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import process from "node:process";
import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {nodeFileSystem} from "../../src/storage/files/file-system.ts";

/** What the kernel answers when it is asked to bring to disk what has none: nobody else could say it. */
const NOTHING_TO_SYNC = {code: "EINVAL"};
const SERVICE = 12_345;

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "consilium-files-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, {recursive: true, force: true});
});

/** Lets every file of this process take at most `most` bytes at once, as the kernel may. */
async function takeInPieces(most: number): Promise<void> {
  type Write = (bytes: Uint8Array, offset: number, length: number) => Promise<unknown>;
  const handle = await open(root, "r");
  const files = Object.getPrototypeOf(handle) as {write: Write};
  await handle.close();
  const write = files.write;
  vi.spyOn(files, "write").mockImplementation(function (this: unknown, bytes, offset, length) {
    return write.call(this, bytes, offset, Math.min(length, most));
  });
}

describe("the machine's own file system", () => {
  it("has the kernel bring a file's bytes to disk", async () => {
    const file = await nodeFileSystem.append("/dev/null");
    await file.write(Uint8Array.of(1));
    await expect(file.sync()).rejects.toMatchObject(NOTHING_TO_SYNC);
    await file.close();
  });

  it("has the kernel bring a directory's names to disk", async () => {
    await expect(nodeFileSystem.syncDirectory("/proc")).rejects.toMatchObject(NOTHING_TO_SYNC);
  });

  it("writes all bytes, in order, where the kernel takes them in pieces", async () => {
    await takeInPieces(3);
    const file = await nodeFileSystem.create(join(root, "file"), 0o600);
    await file.write(new TextEncoder().encode("a record, "));
    await file.write(new TextEncoder().encode("and the next"));
    await file.close();
    expect(await readFile(join(root, "file"), "utf8")).toBe("a record, and the next");
  });

  it.skipIf(process.getuid?.() !== 0)("gives what root makes to the owner of its folder", async () => {
    await chown(root, SERVICE, SERVICE);
    await (await nodeFileSystem.create(join(root, "file"), 0o600)).close();
    await nodeFileSystem.makeDirectory(join(root, "a", "b"));
    for (const name of ["file", "a", "a/b"]) {
      const {uid, gid} = await stat(join(root, name));
      expect([uid, gid], name).toEqual([SERVICE, SERVICE]);
    }
  });
});
