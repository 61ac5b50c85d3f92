import {existsSync} from "node:fs";
import {lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, it, onTestFinished} from "vitest";
import {prepareFile, prepareFolder, writeWhole} from "../../src/cli/output-file.ts";
import {runProgram} from "./process.ts";

/** A folder with a file in it, below which nothing can be made, whoever asks. */
async function blocked(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "consilium-blocked-"));
  onTestFinished(() => rm(folder, {recursive: true}));
  await writeFile(join(folder, "file"), "");
  return join(folder, "file");
}

const UNWRITABLE = /^CLI_OUTPUT_UNWRITABLE: cannot write .* \((ENOTDIR|EEXIST|ENOENT)\)\. [^\n]*\n$/;

describe("a place that cannot be written is told in one line, before anything is run:", () => {
  it.each<[string, (file: string) => readonly string[], number, RegExp]>([
    [
      "demo --json",
      (file) => ["demo", "--data", "synthetic-heart", "--json", join(file, "x", "y.json")],
      74,
      UNWRITABLE,
    ],
    ["data generate", (file) => ["data", "generate", join(file, "x")], 74, UNWRITABLE],
    ["simulate --out", (file) => ["simulate", "topologies", "--out", join(file, "x")], 74, UNWRITABLE],
    ["a file for simulate --out", (file) => ["simulate", "topologies", "--out", file], 74, UNWRITABLE],
    [
      "init --state",
      (file) => ["init", "--state", join(file, "x"), "--site", "a"],
      77,
      /^STORAGE_UNWRITABLE: [^\n]*\n$/,
    ],
  ])("%s", async (_, words, status, line) => {
    const ended = await runProgram(words(await blocked()));
    expect(ended.stderr).toMatch(line);
    expect([ended.status, ended.stdout]).toEqual([status, ""]);
  });

  it("TMPDIR that is not there", async () => {
    const ended = await runProgram(["demo", "--data", "synthetic-heart"], {TMPDIR: "/nonexistent"});
    expect(ended.stderr).toMatch(
      /\nCLI_OUTPUT_UNWRITABLE: cannot write \/nonexistent \(ENOENT\)\. [^\n]*\n$/,
    );
    expect([ended.status, ended.stdout]).toEqual([74, ""]);
  });

  it.skipIf(!existsSync("/proc/self"))(
    "a file system where Node's own way to make folders never ends",
    async () => {
      const ended = await runProgram(["init", "--state", "/proc/x/y", "--site", "a"]);
      expect(ended.stderr).toMatch(/^STORAGE_UNWRITABLE: cannot write \/proc\/x\/y \(ENOENT\)\. [^\n]*\n$/);
      for (const prepare of [prepareFile, prepareFolder])
        await expect(prepare("/proc/x")).rejects.toMatchObject({code: "CLI_OUTPUT_UNWRITABLE"});
      await expect(prepareFolder("/proc")).rejects.toMatchObject({code: "CLI_OUTPUT_UNWRITABLE"});
      await expect(prepareFolder("/proc/x/y")).rejects.toMatchObject({code: "CLI_OUTPUT_UNWRITABLE"});
    },
  );
});

it("trying a place leaves nothing behind, and the file that is there as it was", async () => {
  const folder = await mkdtemp(join(tmpdir(), "consilium-tried-"));
  onTestFinished(() => rm(folder, {recursive: true}));
  await writeFile(join(folder, "old"), "x");
  for (const name of ["old", "new"]) await prepareFile(join(folder, name));
  expect(await readdir(folder)).toEqual(["old"]);
  expect(await readFile(join(folder, "old"), "utf8")).toBe("x");
});

it("a draft that was left behind, readable to others or leading elsewhere, is not written to", async () => {
  const folder = await mkdtemp(join(tmpdir(), "consilium-draft-"));
  onTestFinished(() => rm(folder, {recursive: true}));
  const [file, victim] = [join(folder, "scores.json"), join(folder, "victim")];
  await writeFile(victim, "mine");
  await symlink(victim, `${file}.part`);
  await writeWhole(file, "x", 0o600);
  expect([await readFile(victim, "utf8"), await readFile(file, "utf8")]).toEqual(["mine", "x"]);
  expect((await lstat(file)).mode & 0o777).toBe(0o600);
  expect((await readdir(folder)).toSorted()).toEqual(["scores.json", "scores.json.part", "victim"]);
});

it("an output file takes the place of no device and no folder", async () => {
  await writeWhole("/dev/null", "x");
  await writeWhole("/dev/null", "y");
  const folder = await mkdtemp(join(tmpdir(), "consilium-folder-"));
  onTestFinished(() => rm(folder, {recursive: true}));
  await mkdir(join(folder, "taken"));
  for (const write of [prepareFile, (path: string) => writeWhole(path, "x")])
    await expect(write(join(folder, "taken"))).rejects.toMatchObject({code: "CLI_OUTPUT_UNWRITABLE"});
});

describe("an output below a folder that is missing in the root", () => {
  it.each<[string, (path: string) => Promise<void>]>([
    ["a file", (path) => writeWhole(path, "x")],
    ["a file of a long run", prepareFile],
    ["a folder", prepareFolder],
  ])("is refused, and the root is left as it is: %s", async (_, write) => {
    const missing = "/consilium-not-mounted";
    await expect(write(join(missing, "out"))).rejects.toMatchObject({
      code: "CLI_OUTPUT_UNWRITABLE",
      message: `cannot write ${missing}/out (there is no folder ${missing})`,
      hint: `Check the path and that its disk is mounted, or make ${missing} first.`,
    });
    expect(existsSync(missing)).toBe(false);
  });
});

it("an output file is written through no link that another user put where its draft used to be", async () => {
  const folder = await mkdtemp(join(tmpdir(), "consilium-linked-"));
  onTestFinished(() => rm(folder, {recursive: true}));
  await writeFile(join(folder, "victim"), "precious");
  await symlink(join(folder, "victim"), join(folder, "report.json.part"));
  await symlink(join(folder, "victim"), join(folder, "report.json"));
  for (const text of ["first", "second"]) {
    await prepareFile(join(folder, "report.json"));
    await writeWhole(join(folder, "report.json"), text);
    expect(await readFile(join(folder, "report.json"), "utf8")).toBe(text);
  }
  expect(await readFile(join(folder, "victim"), "utf8")).toBe("precious");
  expect((await readdir(folder)).sort()).toEqual(["report.json", "report.json.part", "victim"]);
});
