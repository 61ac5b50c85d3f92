import {type ChildProcess, spawn} from "node:child_process";
import {existsSync} from "node:fs";
import {mkdtemp, readdir, readFile, rm, stat, writeFile} from "node:fs/promises";
import {createServer} from "node:http";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {createInterface} from "node:readline";
import {fileURLToPath} from "node:url";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {startFleet} from "../../src/cli/demo/fleet.ts";
import {demoReportSchema, leaveOneOutReportSchema} from "../../src/cli/demo/report.ts";
import {demoScoresSchema} from "../../src/cli/demo/scores.ts";
import {systemClock} from "../../src/core/index.ts";
import {fullBatches, inWorkspace} from "../demo/settings.ts";

const PROGRAM = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const LIMIT_MS = 300_000;
const OTHERS = ["--external", "east"];

let folder: string;
let children: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "consilium demo "));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(folder, {recursive: true, force: true});
});

/** Starts `consilium demo`, with temporary files in this test's own folder. */
function demo(...flags: string[]) {
  const env = {...process.env, TMPDIR: folder};
  const child = spawn(process.execPath, [PROGRAM, "demo", ...flags], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const output: string[] = [];
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({input: stream}).on("line", (line) => {
      output.push(line);
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", (status) => resolve(status)));
  const urls = (): string[] => output.flatMap((line) => /http:\S+/.exec(line)?.[0] ?? []);
  const untilUrls = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (urls().length >= count) resolve();
      };
      listeners.add(look);
      look();
    });
  return {child, output, ended, urls, untilUrls, text: () => output.join("\n")};
}

/** The AUROC by its definition: over all pairs of a positive and a negative patient, a tie counting one half. */
function shareOfPairsInOrder(labels: readonly number[], scores: readonly number[]): number {
  const ofClass = (label: number) => scores.filter((_, patient) => labels[patient] === label);
  const pairs = ofClass(1).flatMap((positive) => ofClass(0).map((negative) => positive - negative));
  return pairs.reduce((sum, gap) => sum + (gap > 0 ? 1 : gap < 0 ? 0 : 0.5), 0) / pairs.length;
}

const workspaces = async (): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith("consilium-demo-"));

describe("consilium demo", () => {
  it(
    "trains by daemons, compares, writes its JSON, says synthetic, and leaves nothing behind",
    async () => {
      const json = join(folder, "out.json");
      const scoresFile = join(folder, "scores.json");
      const run = demo(
        "--data",
        "synthetic-heart",
        "--rounds",
        "2",
        "--seed",
        "5",
        ...OTHERS,
        "--json",
        json,
        "--scores",
        scoresFile,
      );
      expect(await run.ended, run.text()).toBe(0);
      const report = demoReportSchema.parse(JSON.parse(await readFile(json, "utf8")));
      expect(report).toMatchObject({schema: 2, seed: 5, rounds: 2, task: {synthetic: true}});
      expect(report.sites.map(({name}) => name)).toEqual(["north", "south", "west"]);
      expect(new Set(Object.values(report.final_parameters_sha256)).size, "one model").toBe(1);
      expect(report.external.map(({name, n, local}) => [name, n > 50, Object.keys(local)])).toEqual([
        ["east", true, ["north", "south", "west"]],
      ]);
      expect(Object.keys(report.bytes), "the evaluator ran a daemon of its own").toContain("east");
      for (const [site, {sent, received}] of Object.entries(report.bytes)) {
        expect(sent, site).toBeGreaterThan(0);
        expect(received, site).toBeGreaterThan(0);
      }
      expect((await stat(scoresFile)).mode & 0o777, "scores are their owner's alone").toBe(0o600);
      const {runs} = demoScoresSchema.parse(JSON.parse(await readFile(scoresFile, "utf8")));
      const gossip = runs.flatMap(({scores}) => scores.filter(({model}) => model === "gossip"));
      expect(gossip.map(({test}) => test)).toEqual([
        "north",
        "south",
        "west",
        "pooled_test",
        "external east",
      ]);
      const pairwise = gossip.map(({labels, scores}) => shareOfPairsInOrder(labels, scores));
      const reported = [...report.sites.map(({gossip: figures}) => figures), report.pooled_test.gossip];
      expect(pairwise.slice(0, 4)).toEqual(reported.map(({auroc}) => expect.closeTo(auroc?.value ?? -1, 12)));
      expect(pairwise[4]).toBeCloseTo(report.external[0]?.gossip.auroc?.value ?? -1, 12);
      expect(run.text()).toContain("SYNTHETIC");
      expect(await workspaces()).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    "leaves one site after the other out of a task file of one's own",
    async () => {
      const task = join(folder, "mine.yaml");
      const text = await readFile(
        new URL("../../config/presets/synthetic-heart.task.yaml", import.meta.url),
        "utf8",
      );
      const data = fileURLToPath(new URL("../../config/synthetic-heart", import.meta.url));
      await writeFile(
        task,
        text.replace(/^name: .*$/m, "name: mine").replace(/^root: .*$/m, `root: "${data}"`),
      );
      const json = join(folder, "out.json");
      const flags = ["--rounds", "1", "--sites", "north,east,west", "--leave-one-site-out", "--json", json];
      const run = demo("--data", task, ...flags);
      expect(await run.ended, run.text()).toBe(0);
      const report = leaveOneOutReportSchema.parse(JSON.parse(await readFile(json, "utf8")));
      const leftOut = report.runs.flatMap(({external}) => external);
      expect(leftOut.map(({name}) => name)).toEqual(["north", "east", "west"]);
      for (const {external, sites, pooled_test: pooled} of report.runs) {
        expect(sites.map(({name}) => name)).not.toContain(external[0]?.name);
        expect(Object.keys(external[0]?.local ?? {})).toEqual(Object.keys(pooled.local));
        expect(external[0]?.n, external[0]?.name).toBeGreaterThan(50);
      }
      const aurocs = leftOut.map(({gossip}) => gossip.auroc?.value ?? Number.NaN);
      const mean = aurocs.reduce((sum, value) => sum + value, 0) / aurocs.length;
      expect(report.mean.external.gossip.auroc).toBeCloseTo(mean, 12);
    },
    LIMIT_MS,
  );

  it(
    "tells where the dashboards are and the token they ask for; ends every daemon on Ctrl-C, with status 130 and nothing left behind",
    async () => {
      const run = demo("--data", "synthetic-heart", "--rounds", "5000");
      await run.untilUrls(4);
      await expect.poll(run.text).toMatch(/^ {2}Each asks for this token: [0-9a-f]{32}$/m);
      const [, token = ""] = /this token: (\S+)$/m.exec(run.text()) ?? [];
      for (const url of run.urls()) {
        const asked = async (headers: Record<string, string>): Promise<number> =>
          (await fetch(`${url}v1/peers`, {headers})).status;
        expect(await asked({}), url).toBe(401);
        expect([200, 503], url).toContain(await asked({authorization: `Bearer ${token}`}));
      }
      run.child.kill("SIGINT");
      expect(await run.ended, run.text()).toBe(130);
      for (const url of run.urls()) await expect(fetch(url), url).rejects.toThrow("fetch failed");
      expect(await workspaces()).toEqual([]);
    },
    LIMIT_MS,
  );

  it("tells in one line that a site's file is wrong, with the status for data", async () => {
    const task = join(folder, "mine.yaml");
    const text = await readFile(
      new URL("../../config/presets/synthetic-heart.task.yaml", import.meta.url),
      "utf8",
    );
    await writeFile(task, text.replace(/^root: .*$/m, "root: ."));
    const run = demo("--data", task);
    expect(await run.ended).toBe(66);
    expect(run.output.at(-1)).toMatch(/^DATA_FILE_MISSING: /);
    expect(existsSync(join(folder, "north"))).toBe(false);
  });
});

describe("the demo's daemons", () => {
  const silent = new AbortController().signal;
  const fleetOf = async (
    action: (start: () => ReturnType<typeof startFleet>, free: Free) => Promise<void>,
  ) => {
    const {located, taskFile, settings} = await fullBatches("f32", "site");
    const long = {...settings, rounds: 5000};
    await inWorkspace(located, {taskFile, settings: long}, async (workspace) => {
      const start = () => startFleet({workspace, variables: process.env, clock: systemClock, signal: silent});
      await action(start, {workspace});
    });
  };
  interface Free {
    readonly workspace: Parameters<Parameters<typeof inWorkspace>[2]>[0];
  }

  it(
    "end with the one that dies, whose site is named",
    () =>
      fleetOf(async (start) => {
        const fleet = await start();
        const following = fleet.follow(() => {});
        const [, victim] = fleet.daemons;
        if (victim?.pid === undefined) throw new Error("the daemon has not been started");
        process.kill(victim.pid, "SIGKILL");
        const data = {site: victim.site.name, status: 1};
        await expect(following).rejects.toMatchObject({code: "CLI_DAEMON_ENDED", data});
        await fleet.close();
        for (const {statusUrl, site} of fleet.daemons) {
          await expect(fetch(`${await statusUrl}/livez`), site.name).rejects.toThrow("fetch failed");
        }
      }),
    LIMIT_MS,
  );

  it(
    "hand on the line and the status of one that cannot start",
    () =>
      fleetOf(async (start, {workspace}) => {
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const address = server.address();
        const port = typeof address === "object" ? (address?.port ?? 0) : 0;
        const [first] = workspace.sites;
        if (first !== undefined) await workspace.configure(first, {status: {host: "127.0.0.1", port}});
        await expect(start()).rejects.toMatchObject({
          code: "CLI_DAEMON_ENDED",
          message: expect.stringMatching(/north.*STATUS_PORT_IN_USE/),
          data: {site: "north", status: 69},
        });
        server.close();
      }),
    LIMIT_MS,
  );
});
