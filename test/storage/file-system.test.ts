import {describe, expect, it} from "vitest";
import {nodeFileSystem} from "../../src/storage/files/file-system.ts";

/** What the kernel answers when it is asked to bring to disk what has none: nobody else could say it. */
const NOTHING_TO_SYNC = {code: "EINVAL"};

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
});
