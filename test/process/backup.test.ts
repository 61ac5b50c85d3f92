import {readFile, rm, stat} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {type StatusResponse, statusResponseSchema} from "../../src/status/index.ts";
import {type Ended, type Running, runProgram, startProgram} from "../cli/process.ts";
import {type SmallConsortium, smallConsortium} from "../cli/small-consortium.ts";

const ROUNDS = 60;
const PATIENCE = {timeout: 25_000, interval: 50};
const SECRET = {CONSILIUM_BACKUP_PASSPHRASE: "a passphrase of some length"};

const start = (configPath: string): Running => startProgram(["start", "--config", configPath]);

async function statusOf(daemon: Running, token: string): Promise<StatusResponse["node"]> {
  const [, url = ""] = await daemon.line(/^status +(\S+)\/v1\/status$/);
  const headers = {authorization: `Bearer ${token}`};
  return statusResponseSchema.parse(await (await fetch(`${url}/v1/status`, {headers})).json()).node;
}

/** Resolves with the round that the daemon is in once it is in `round` or a later one. */
async function reaches(daemon: Running, token: string, round: number): Promise<number> {
  let reached = 0;
  await expect
    .poll(async () => {
      reached = (await statusOf(daemon, token)).round;
      return reached;
    }, PATIENCE)
    .toBeGreaterThanOrEqual(round);
  return reached;
}

async function end(daemon: Running): Promise<Ended> {
  daemon.child.kill("SIGTERM");
  return daemon.ended;
}

describe("backup and restoration of a node in a run", () => {
  it("goes on from the newest backup, and refuses an older one that the other member disproves", async () => {
    const {root, first, second, token, configure}: SmallConsortium = await smallConsortium(ROUNDS);
    const config = ["--config", second.configPath];
    const [older, newest] = [join(root, "older.backup"), join(root, "newest.backup")];
    const north = start(first.configPath);
    const [, address = ""] = await north.line(/^listening +(\S+)$/);
    await configure(second, {bootstrap: [address]});

    let south = start(second.configPath);
    await reaches(south, token, 3);
    // Of a node that is running, in the middle of a round.
    const backup = await runProgram(["backup", older, ...config], SECRET);
    expect(backup.stderr).toMatch(/^\S.*older\.backup holds keys, .*1 run, .*; no patient's data\. .*\n$/);
    expect([backup.status, (await stat(older)).mode & 0o777]).toEqual([0, 0o600]);

    await end(south);
    south = start(second.configPath);
    await reaches(south, token, 3 + (await reaches(south, token, 3)));
    await end(south);
    expect((await runProgram(["backup", newest, ...config], SECRET)).status).toBe(0);
    const over = await runProgram(["backup", newest, ...config], SECRET);
    expect([over.status, over.stderr]).toEqual([
      65,
      expect.stringMatching(/^STORAGE_BACKUP_EXISTS: [^\n]*\n$/),
    ]);
    const kept = await runProgram(["restore", older, ...config], SECRET);
    expect([kept.status, kept.stderr]).toEqual([
      65,
      expect.stringMatching(/^STORAGE_STATE_EXISTS: [^\n]*\n$/),
    ]);

    await rm(second.state, {recursive: true});
    const restored = await runProgram(["restore", older, ...config], SECRET);
    expect([restored.status, restored.stdout], restored.stderr).toEqual([0, ""]);
    for (const _ of [1, 2]) {
      const refused = await start(second.configPath).ended;
      expect(refused.stderr.trimEnd().split("\n").at(-1)).toMatch(
        /^NODE_STATE_OUTDATED: this node (voted|contributed) in round \d+, .*restore a newer backup/,
      );
      expect(refused.status).toBe(74);
    }

    await rm(second.state, {recursive: true});
    expect((await runProgram(["restore", newest, ...config], SECRET)).status).toBe(0);
    south = start(second.configPath);
    const [, model = ""] = await south.line(/Result: model ([0-9a-f]{64})/);
    await north.line(new RegExp(`Result: model ${model}`));
    expect(await readFile(join(second.state, "restored.json"), "utf8")).toMatch(
      /"vouched":\["[0-9a-f]{32}"\]/,
    );
    const {status, stderr} = await end(south);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain("know of nothing that this restored node has forgotten");
  });

  it("waits for the others as long as none answers, says so, and ends when told to", async () => {
    const {root, second} = await smallConsortium();
    const config = ["--config", second.configPath];
    const file = join(root, "early.backup");
    expect((await runProgram(["backup", file, ...config], SECRET)).status).toBe(0);
    await rm(second.state, {recursive: true});
    expect((await runProgram(["restore", file, ...config], SECRET)).status).toBe(0);
    const south = start(second.configPath);
    await south.line(
      /this node is restored and waits until others have said what they know of it waitingFor=north/,
    );
    const {status, stderr} = await end(south);
    expect(status, stderr).toBe(0);
  });
});
