import {spawnSync} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {cp, mkdir, open, rename, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";

const PAGE_BYTES = 4096;

/** A disk so small that a test can fill it. */
export interface SmallDisk {
  /** Leaves `pages` of 4 KiB free. */
  fill(pages: number): Promise<void>;
  /** Gives the space back. */
  free(): Promise<void>;
  /** Takes the disk away, also from under a process that uses it. */
  unmount(): void;
}

function mount(folder: string, sizeBytes: number): boolean {
  const options = `size=${sizeBytes},mode=0700`;
  return spawnSync("mount", ["-t", "tmpfs", "-o", options, "consilium-test", folder]).status === 0;
}

function unmount(folder: string): void {
  spawnSync("umount", ["-l", folder]);
}

/** Whether this user may mount a disk in memory. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "consilium-disk-"));
  const isMounted = mount(folder, PAGE_BYTES);
  if (isMounted) unmount(folder);
  rmSync(folder, {recursive: true});
  return isMounted;
}

/** Puts the existing `folder` with all that is in it on a disk of its own of `sizeBytes`. */
export async function moveToSmallDisk(folder: string, sizeBytes: number): Promise<SmallDisk> {
  const before = `${folder} before`;
  await rename(folder, before);
  await mkdir(folder, {mode: 0o700});
  if (!mount(folder, sizeBytes)) throw new Error("the disk in memory could not be mounted");
  await cp(before, folder, {recursive: true, preserveTimestamps: true});
  const ballast = join(folder, "ballast");
  return {
    async fill(pages) {
      const file = await open(ballast, "w");
      let sizeBytesWritten = 0;
      try {
        for (;;) sizeBytesWritten += (await file.write(new Uint8Array(PAGE_BYTES))).bytesWritten;
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
        await file.truncate(Math.max(0, sizeBytesWritten - pages * PAGE_BYTES));
      } finally {
        await file.close();
      }
    },
    free: () => rm(ballast),
    unmount: () => unmount(folder),
  };
}
