import {spawnSync} from "node:child_process";
import {copyFile, mkdir, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {expect, it, onTestFinished} from "vitest";
import {z} from "zod";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** A copy of what the package names as its program, beside a `dist` that does not exist yet. */
async function unbuilt(): Promise<{readonly program: string; readonly dist: string}> {
  const manifest: unknown = JSON.parse(await readFile(path.join(ROOT, "package.json"), "utf8"));
  const {bin} = z.object({bin: z.object({consilium: z.string()})}).parse(manifest);
  const root = await mkdtemp(path.join(tmpdir(), "consilium-npx-"));
  onTestFinished(() => rm(root, {recursive: true}));
  const program = path.join(root, bin.consilium);
  await mkdir(path.dirname(program), {recursive: true});
  await copyFile(path.join(ROOT, bin.consilium), program);
  return {program, dist: path.join(root, "dist")};
}

const run = (program: string) => spawnSync(process.execPath, [program, "--version"], {encoding: "utf8"});

it("npx finds a program before the first build too, which says what to do, and starts it after", async () => {
  const {program, dist} = await unbuilt();
  const before = run(program);
  expect(before.status).toBe(78);
  expect(before.stderr).toMatch(/^CLI_NOT_BUILT: .*npm run build.*\n$/);
  await mkdir(path.join(dist, "cli"), {recursive: true});
  await writeFile(path.join(dist, "cli/main.js"), "console.log(process.argv[2]);\n");
  expect(run(program)).toMatchObject({status: 0, stdout: "--version\n"});
});
