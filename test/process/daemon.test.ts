import {mkdir, readdir, readFile, rm} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {type StatusResponse, statusResponseSchema} from "../../src/status/index.ts";
import {type Running, runProgram, startProgram} from "../cli/process.ts";
import {smallConsortium} from "../cli/small-consortium.ts";

const CLOSING_LIMIT_MS = 5000;

const start = (configPath: string): Running => startProgram(["start", "--config", configPath]);

/** The address in the greeting, which a daemon writes once it serves. */
async function addressOf(daemon: Running): Promise<string> {
  const [, address = ""] = await daemon.line(/^listening +(\S+)$/);
  return address;
}

async function statusUrlOf(daemon: Running): Promise<string> {
  const [, url = ""] = await daemon.line(/^status +(\S+)\/v1\/status$/);
  return url;
}

async function statusOf(url: string, token: string): Promise<StatusResponse["node"]> {
  const headers = {authorization: `Bearer ${token}`};
  return statusResponseSchema.parse(await (await fetch(`${url}/v1/status`, {headers})).json()).node;
}

/** Ends a daemon by `signal` and gives its exit status and how long it took. */
async function end(
  daemon: Running,
  signal: NodeJS.Signals,
): Promise<{status: number | null; tookMs: number}> {
  const beganMs = performance.now();
  daemon.child.kill(signal);
  const {status} = await daemon.ended;
  return {status, tookMs: performance.now() - beganMs};
}

/** The flight recorder of the run that ended: everything in it happens again, and no patient is in it. */
async function expectReplay(state: string): Promise<void> {
  const [run = ""] = await readdir(join(state, "runs"));
  const bundle = join(state, "runs", run, "traces", "trace-00000001.cbor");
  const {status, stdout, stderr} = await runProgram(["replay", bundle, "--all"]);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/^trace of (north|south) in run [0-9a-f]{32} of plan /);
  expect(stdout).toMatch(/round {3}4 {4}certified at the first ballot, 2 contributors$/m);
  expect(stdout).toMatch(/^All \d+ events replayed: every effect as recorded\.$/m);
  expect(await readFile(bundle, "latin1")).not.toMatch(/synthetic-(north|south)-\d+/);
}

describe("a daemon", () => {
  it("introduces itself, waits by name, answers for its status and ends in time on SIGTERM", async () => {
    const {first, root, token} = await smallConsortium();
    const daemon = start(first.configPath);
    const url = await statusUrlOf(daemon);
    const [, probes = ""] = await daemon.line(/^probes +(\S+)\/livez$/);
    for (const place of [url, probes])
      expect(await (await fetch(`${place}/livez`)).json()).toEqual({status: "alive"});
    expect(await (await fetch(`${probes}/healthz`)).json()).toEqual({status: "unhealthy", state: "waiting"});
    expect((await fetch(`${url}/healthz`)).status, "names members: to who has the token").toBe(401);
    const headers = {authorization: `Bearer ${token}`};
    const healthz = await fetch(`${url}/healthz`, {headers});
    expect([healthz.status, await healthz.json()]).toMatchObject([
      503,
      {status: "unhealthy", state: "waiting", failing: ["quorum", "exchanging"]},
    ]);
    const node = await statusOf(url, token);
    expect(node).toMatchObject({site: "north", peerId: first.peerId, rounds: 5});
    expect(node.peers).toMatchObject([{name: "south", link: {status: "down"}}]);
    const shown = await runProgram(["status", "--url", url, "--token-file", join(root, "status.token")]);
    expect(shown.stdout).toMatch(/^north of synthetic-heart-on-this-machine · consilium /);
    expect(shown.stdout).toMatch(/^ {2}south \(trainer\) down/m);
    const asked = await runProgram([
      "status",
      "--json",
      "--url",
      url,
      "--token-file",
      join(root, "status.token"),
    ]);
    expect(statusResponseSchema.parse(JSON.parse(asked.stdout)).node.peerId).toBe(first.peerId);
    // A dashboard listens, and must not keep the node from ending.
    const stream = await fetch(`${url}/v1/events`, {headers: {...headers, "last-event-id": "0"}});
    expect(stream.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const {status, tookMs} = await end(daemon, "SIGTERM");
    await stream.text().catch(() => {});
    expect(tookMs).toBeLessThan(CLOSING_LIMIT_MS);
    const {stderr} = await daemon.ended;
    expect(status, stderr).toBe(0);
    for (const line of [
      /^consilium \d+\.\d+\.\d+$/m,
      /^state {8}\S.*state$/m,
      /^site {9}north of synthetic-heart-on-this-machine$/m,
      new RegExp(`^peer id {6}${first.peerId}$`, "m"),
      /^fingerprint {2}([a-z]+ ?){6}$/m,
      /^listening {4}\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\//m,
      new RegExp(`^dashboard {4}${url}/$`, "m"),
      /^Leaves this machine: changes of model parameters, .* the number of train patients, votes, addresses - nothing else\.$/m,
    ]) {
      expect(stderr, String(line)).toMatch(line);
    }
  });

  it("learns with another that it finds from one address, and serves on when the run has ended", async () => {
    const {first, second, token, configure} = await smallConsortium();
    const north = start(first.configPath);
    await configure(second, {bootstrap: [await addressOf(north)], log: {level: "info", format: "json"}});
    const south = start(second.configPath);
    const [, model] = await north.line(/Result: model ([0-9a-f]{64}) · test AUROC .* · n \d+$/);
    await south.line(/"msg":"the run's result"/);
    const [, southUrl = ""] = await south.line(/"statusUrl":"([^"]+)".*"msg":"the node is up"/);
    const nodes = [await statusOf(await statusUrlOf(north), token), await statusOf(southUrl, token)];
    for (const node of nodes) {
      expect(node, node.site).toMatchObject({activity: "finished", stage: null, certified: {result: model}});
      expect(node.result?.test?.n, node.site).toBeGreaterThan(10);
    }
    for (const daemon of [north, south]) {
      const {status, tookMs} = await end(daemon, "SIGINT");
      expect([status, tookMs < CLOSING_LIMIT_MS], `${tookMs} ms`).toEqual([0, true]);
    }
    const {stderr} = await south.ended;
    for (const line of stderr.trimEnd().split("\n")) expect(() => JSON.parse(line), line).not.toThrow();
    const everything = `${stderr}${(await north.ended).stderr}`;
    expect(everything).not.toMatch(/synthetic-(north|south)-\d+/);
    for (const {state} of [first, second]) await expectReplay(state);
  });

  it("comes back to what was decided, and to the addresses at which it reached others", async () => {
    const {first, second, token, configure} = await smallConsortium();
    const north = start(first.configPath);
    await configure(second, {bootstrap: [await addressOf(north)]});
    const south = start(second.configPath);
    const [, model = ""] = await south.line(/Result: model ([0-9a-f]{64})/);
    await end(south, "SIGTERM");
    await configure(second, {bootstrap: []});
    const again = start(second.configPath);
    const [line] = await again.line(/Result: model .*/);
    expect(line).toMatch(/ · test AUROC \d\.\d\d \[.* · n \d+$/);
    expect(line).toContain(`${model} · `);
    const url = await statusUrlOf(again);
    await expect
      .poll(async () => (await statusOf(url, token)).peers[0]?.link.status, {timeout: 20_000, interval: 100})
      .toBe("up");
  });

  it("that cannot go on says why in its last line and ends with the status for it", async () => {
    const {first, second, configure} = await smallConsortium();
    const north = start(first.configPath);
    await configure(second, {bootstrap: [await addressOf(north)]});
    await rm(join(first.state, "runs"), {recursive: true});
    await mkdir(join(first.state, "runs"));
    start(second.configPath);
    const {status, stderr} = await north.ended;
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
      /^STORAGE_UNWRITABLE: cannot write .*then restart\.$/,
    );
    expect(status).toBe(77);
  });

  it("that is told to end while it starts ends with status 0", async () => {
    const {first, configure} = await smallConsortium();
    await configure(first, {log: {level: "debug", format: "text"}});
    const daemon = start(first.configPath);
    await daemon.line(/ starting$/);
    const {status, tookMs} = await end(daemon, "SIGTERM");
    expect([status, tookMs < CLOSING_LIMIT_MS], (await daemon.ended).stderr).toEqual([0, true]);
  });
});
