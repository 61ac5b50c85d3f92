import {type ChildProcessByStdio, spawn, spawnSync} from "node:child_process";
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import type {Readable} from "node:stream";
import {expect, it, onTestFinished} from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../..");
const DOCUMENT = readFileSync(path.join(ROOT, "docs/first-hour.md"), "utf8");
const HOSPITALS = {leeds: "north", york: "south", hull: "east"} as const;

/** The document's block in a language, by its place among them. */
function block(language: "sh" | "yaml", place: number): string {
  const found = [...DOCUMENT.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))][place]?.[1];
  if (found === undefined) throw new Error(`the document has no block ${place} in ${language}`);
  return found;
}

/** Line `place` of the document's last block in a shell. */
function lastLine(place: number): string {
  const found = block("sh", 5).split("\n")[place];
  if (found === undefined) throw new Error(`there is no line ${place}`);
  return found;
}

/** What git does not leave alone in the clone. */
function untracked(): string {
  return spawnSync("git", ["status", "--porcelain"], {cwd: ROOT, encoding: "utf8"}).stdout;
}

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A home of its own, where blocks of the document are run. */
class Home {
  readonly #env: NodeJS.ProcessEnv;
  readonly leeds: string;

  constructor() {
    const home = mkdtempSync(path.join(tmpdir(), "consilium home "));
    onTestFinished(() => rmSync(home, {recursive: true, maxRetries: 3}));
    const found = `${path.join(home, ".local/bin")}:${process.env["PATH"]}`;
    this.#env = {...process.env, HOME: home, PATH: found};
    this.leeds = path.join(home, "consilium/leeds");
  }

  run(text: string, cwd: string = this.leeds, site = "leeds"): Run {
    const words = ["-e", "-c", text.replaceAll("leeds", site)];
    return spawnSync("sh", words, {cwd, env: this.#env, encoding: "utf8"});
  }

  write(name: string, text: string): void {
    writeFileSync(path.join(this.leeds, name), text);
  }

  start(line: string): ChildProcessByStdio<null, null, Readable> {
    const daemon = spawn("sh", ["-c", `exec ${line}`], {
      cwd: this.leeds,
      env: this.#env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    onTestFinished(() => void daemon.kill("SIGKILL"));
    return daemon;
  }
}

/** Task and data of three hospitals, as they would have made them. */
function writeTask(home: Home): void {
  mkdirSync(path.join(home.leeds, "data"));
  for (const [site, source] of Object.entries(HOSPITALS)) {
    const file = path.join(ROOT, `config/synthetic-heart/${source}.csv`);
    home.write(`data/${site}.csv`, readFileSync(file, "utf8"));
  }
  const preset = readFileSync(path.join(ROOT, "config/presets/synthetic-heart.task.yaml"), "utf8");
  const sites = Object.keys(HOSPITALS).map((site) => `  ${site}: {file: ${site}.csv}\n`);
  const named = preset.replace(/^sites:\n(?: {2}.*\n)+/m, `sites:\n${sites.join("")}`);
  home.write("task.yaml", named.replace(/^root: .*$/m, "root: data"));
}

/** The address of the dashboard that a daemon tells. */
function dashboardOf(daemon: ChildProcessByStdio<null, null, Readable>): Promise<string> {
  let told = "";
  return new Promise((resolve, reject) => {
    daemon.stderr.setEncoding("utf8").on("data", (text: string) => {
      told += text;
      const [, found] = /^dashboard +(\S+)$/m.exec(told) ?? [];
      if (found !== undefined) resolve(found);
    });
    daemon.once("close", () => reject(new Error(told)));
  });
}

it("the first hour, word for word, ends with a node that runs, and leaves nothing in the clone", async () => {
  const home = new Home();
  const before = untracked();
  // What it installs is what this test was built by.
  expect(home.run(block("sh", 0).replace("npm ci && npm run build\n", ""), ROOT)).toMatchObject({status: 0});
  const lines = Object.keys(HOSPITALS).map((site) => {
    const made = home.run(`${block("sh", 1)}${block("sh", 2)}`, ROOT, site);
    expect(made.status, made.stderr).toBe(0);
    return made.stdout;
  });
  home.write("roster.yaml", `${block("yaml", 0).replace(/ {2}- .*\n/g, "")}${lines.join("")}`);
  writeTask(home);
  expect(home.run(block("sh", 3))).toMatchObject({status: 0, stderr: ""});
  const planned = home.run(block("sh", 4));
  expect(planned).toMatchObject({status: 0});
  const [, hash = ""] = /^Hash to approve: ([0-9a-f]{64})$/m.exec(planned.stdout) ?? [];
  const own = block("yaml", 1)
    .replace(/^approvedPlan: \S+/m, `approvedPlan: ${hash}`)
    .replace("/ip4/0.0.0.0/tcp/4001", "/ip4/127.0.0.1/tcp/0");
  home.write("node.yaml", `${own}status: {port: 0}\n`);
  const examined = home.run(lastLine(0));
  // The first node has nobody to reach, as the document says.
  expect(examined.stdout.match(/\[FAIL\] D\d\d/g)).toEqual(["[FAIL] D18"]);
  expect(examined.stdout).toMatch(/\[PASS\] D19 /);
  const daemon = home.start(lastLine(1));
  const url = new URL(await dashboardOf(daemon));
  expect(
    home.run(lastLine(2).replace("--config node.yaml", `--url ${url.origin} --token-file state/status.token`))
      .stdout,
  ).toMatch(/york/);
  const ended = new Promise((resolve) => daemon.once("close", resolve));
  daemon.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect(untracked()).toBe(before);
});
