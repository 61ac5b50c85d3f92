import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {availableParallelism} from "node:os";
import {expect, it} from "vitest";
import {readRuntime} from "../../src/cli/runtime.ts";

const ROOT = new URL("../../", import.meta.url);

it("a study's figures name the commit, the machine and the versions they were made with", () => {
  const runtime = readRuntime();
  const {version}: {version: string} = JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8"));
  expect(runtime.consilium).toBe(version);
  expect(runtime.node).toBe(process.version);
  expect(runtime.cores).toBe(availableParallelism());
  const model = /model name\s*: (.*)/.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1];
  expect(runtime.processor).toBe(model?.trim() ?? runtime.processor);
  const head = execFileSync("git", ["log", "-1", "--format=%H"], {cwd: ROOT, encoding: "utf8"}).trim();
  expect(runtime.commit?.replace("+", "")).toBe(head);
});
