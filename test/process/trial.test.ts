import {type SpawnSyncReturns, spawnSync} from "node:child_process";
import {mkdtemp, readFile, rm, stat, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {afterAll, beforeAll, expect, it} from "vitest";
import {parseDocument} from "yaml";
import {z} from "zod";
import {loadNodeConfig} from "../../src/config/index.ts";
import {parsePlan, parseRoster} from "../../src/consortium/index.ts";
import {type Daemon, startDaemon} from "./daemon.ts";
import {until} from "./until.ts";

const DOCKER = path.resolve(import.meta.dirname, "../../config/operators/docker");
const SITES = ["harbour", "valley", "prairie"];
const TEST_LIMIT_MS = 240_000;
const START_LIMIT_MS = 60_000;

const composeSchema = z.looseObject({
  services: z.record(z.string(), z.looseObject({volumes: z.array(z.string())})),
});

let root: string;
let folder: string;
let prepared: SpawnSyncReturns<string>;
let daemon: Daemon | undefined;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "consilium-trial-"));
  folder = path.join(root, "trial");
  prepared = spawnSync(path.join(DOCKER, "prepare.sh"), [folder], {encoding: "utf8"});
}, TEST_LIMIT_MS);
afterAll(async () => {
  await daemon?.end("SIGKILL");
  await rm(root, {recursive: true, force: true, maxRetries: 3});
});

/** Where on this machine a service finds what it mounts, by the path that it has there. */
async function mountsOf(site: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(path.join(DOCKER, "compose.yaml"), "utf8");
  const {services} = composeSchema.parse(parseDocument(text, {merge: true}).toJS());
  const volumes = (services[site]?.volumes ?? []).map((volume) => volume.split(":"));
  return new Map([
    ["/run/secrets/status.token", path.join(folder, "secrets", `${site}.token`)],
    ...volumes.map(([from = "", to = ""]) => [to, from.replace("./trial", folder)] as const),
  ]);
}

it(
  "prepare.sh makes all that the three nodes of the trial mount, each its own key and token, and one plan",
  async () => {
    expect(prepared.status, prepared.stderr).toBe(0);
    const roster = parseRoster(
      await readFile(path.join(folder, "shared/roster.yaml"), "utf8"),
      "roster.yaml",
    );
    expect(roster.members).toMatchObject(
      SITES.map((name) => ({name, role: "trainer", addresses: [`/dns4/${name}/tcp/4001`]})),
    );
    expect(new Set(roster.members.map(({peerId}) => peerId)).size).toBe(SITES.length);
    const plan = parsePlan(await readFile(path.join(folder, "shared/plan.yaml")), "plan.yaml");
    const tokens = new Set<string>();
    for (const site of SITES) {
      const mounts = await mountsOf(site);
      for (const [to, from] of mounts)
        await expect(stat(from), `${site} has no ${to}`).resolves.toBeDefined();
      const config = await loadNodeConfig(mounts.get("/etc/consilium/node.yaml") ?? "");
      expect(config, site).toMatchObject({site, approvedPlan: plan.hash});
      for (const named of [
        config.roster,
        config.plan,
        config.task,
        config.state,
        config.status.tokenFile ?? "",
      ]) {
        expect(mounts.has(named), `${site} mounts no ${named}`).toBe(true);
      }
      const tokenFile = mounts.get("/run/secrets/status.token") ?? "";
      tokens.add(await readFile(tokenFile, "utf8"));
      expect((await stat(tokenFile)).mode & 0o007, site).toBe(0);
    }
    expect(tokens.size).toBe(SITES.length);
    const again = spawnSync(path.join(DOCKER, "prepare.sh"), [folder], {encoding: "utf8"});
    expect([again.status, again.stderr]).toEqual([65, `${folder} is there already; remove it first\n`]);
  },
  TEST_LIMIT_MS,
);

it(
  "a node of the trial is up on what was prepared: on the roster, with the approved plan and its data",
  async () => {
    const mounts = await mountsOf("harbour");
    let text = await readFile(mounts.get("/etc/consilium/node.yaml") ?? "", "utf8");
    for (const [to, from] of mounts) text = text.replace(`: ${to}\n`, `: ${from}\n`);
    const document = parseDocument(text.replace("tcp/4001", "tcp/0"));
    document.setIn(["status", "host"], "127.0.0.1");
    document.setIn(["status", "port"], 0);
    document.set("log", {format: "text"});
    const own = path.join(root, "node.yaml");
    await writeFile(own, document.toString());
    daemon = startDaemon(own);
    const {lines} = daemon;
    const isUp = (): boolean => lines.some((line) => /^site +harbour of compose-trial$/.test(line));
    await until("the node to be up", START_LIMIT_MS, () => isUp() || daemon?.hasEnded() === true || null);
    expect(isUp(), lines.join("\n")).toBe(true);
    const {status, tookMs} = await daemon.end("SIGTERM");
    expect([status, tookMs < 5000], `${tookMs} ms`).toEqual([0, true]);
  },
  TEST_LIMIT_MS,
);
