import {readdir, stat} from "node:fs/promises";
import {basename, dirname, join} from "node:path";

async function isThere(path: string): Promise<boolean> {
  // Any failure other than its absence is left to the code that opens the file.
  return stat(path).then(
    () => true,
    (error: unknown) => !(error instanceof Error && "code" in error && error.code === "ENOENT"),
  );
}

/**
 * `path` as the disk spells it. If there is no such file, it may be one whose name and folders differ only in
 * the composition of letters (NFC or NFD), as macOS writes them. `path` itself if there is none either.
 * @param path absolute
 */
export async function spelledPath(path: string): Promise<string> {
  const parent = dirname(path);
  if (parent === path || (await isThere(path))) return path;
  const folder = await spelledPath(parent);
  const wanted = basename(path).normalize("NFC");
  const names = await readdir(folder).catch(() => []);
  const found = names.find((name) => name.normalize("NFC") === wanted);
  return found === undefined ? path : join(folder, found);
}
