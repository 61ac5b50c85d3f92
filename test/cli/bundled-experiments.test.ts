import {mkdtemp, readdir, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import path, {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {startProgram} from "./process.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "consilium-bundled-"));
});
afterEach(() => rm(folder, {recursive: true, force: true}));

describe("the bundled experiments", {timeout: 120_000}, () => {
  it("are listed with how long they take and what they need, as the document has it", async () => {
    const document = await readFile(
      path.resolve(import.meta.dirname, "../../docs/experiment-file.md"),
      "utf8",
    );
    const {stdout} = await startProgram(["simulate", "--list"]).ended;
    const listed = [...stdout.matchAll(/^(\S+) +.*\n +about (.*) on two busy cores(.*)$/gm)];
    const names = new Set(listed.map(([, name]) => name));
    const tables = [...document.matchAll(/^\| `([a-z0-9-]+)` \| .* \| (.*?) \|$/gm)];
    const rows = tables.filter(([, name]) => names.has(name));
    expect(listed.map(([, name]) => name)).toEqual(rows.map(([, name]) => name));
    for (const [, name = "", takes = "", needs = ""] of listed) {
      const told = rows.find(([, own]) => own === name)?.[2];
      const isWhole = told?.includes("one seed by") === false;
      expect([name, isWhole ? told?.startsWith(takes) : true]).toEqual([name, true]);
      const isNeeded = new RegExp(`^.*\`${name}\`.* need the shared data`, "m").test(document);
      expect([name, needs.includes("CONSILIUM_SHARED_DATA")]).toEqual([name, isNeeded]);
    }
  });

  it("are written whole, and the command that is named next finds all of their files and begins to train", async () => {
    const {stdout, status} = await startProgram(["simulate", "--init", "csv-sites"], {}, folder).ended;
    expect([status, stdout]).toEqual([
      0,
      expect.stringContaining("Next: npx consilium simulate csv-sites.yaml\n"),
    ]);
    const [, words = ""] = /Next: npx consilium (.*)/.exec(stdout) ?? [];
    const next = startProgram(words.split(" "), {}, folder);
    await next.line(/round 1 of 20/);
    next.child.kill("SIGINT");
    const {status: end, stderr} = await next.ended;
    expect([end, stderr.includes("DATA_")]).toEqual([130, false]);
    expect(await readdir(join(folder, "results"))).toEqual(["csv-sites"]);
  });
});
