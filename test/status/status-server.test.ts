import {once} from "node:events";
import {request} from "node:http";
import {connect} from "node:net";
import {afterEach, beforeEach, describe, expect, it, onTestFinished} from "vitest";
import {errorLine, silentLogger} from "../../src/core/index.ts";
import type {EventFeed, NodeView} from "../../src/node/index.ts";
import {type StatusServer, statusResponseSchema} from "../../src/status/index.ts";
import {ask as askText} from "./requests.ts";
import {type HandClock, openSampleServer, sampleNode} from "./sample-node.ts";
import {SAMPLE_VIEW} from "./sample-view.ts";

const FOREIGN_HOSTS = [
  "evil.example",
  "evil.example:PORT",
  "127.0.0.1.evil.example",
  "127.0.0.1:x",
  "localhost.evil.example:PORT",
  "[::2]:PORT",
];

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

let view: NodeView | null = SAMPLE_VIEW;
let server: StatusServer;
let clock: HandClock;
let feed: EventFeed;

const open = (port: number) =>
  openSampleServer({port, node: () => (view === null ? null : sampleNode(() => view ?? SAMPLE_VIEW))});

/** The answer to a request as a browser, a proxy or an attacker may write it. */
function ask(
  path: string,
  options: {method?: string; headers?: Record<string, string>} = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(`${server.url}${path}`, options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => {
        const text = Buffer.concat(parts).toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text === "" ? "" : JSON.parse(text),
        });
      });
    });
    asked.on("error", reject).end();
  });
}

beforeEach(async () => {
  view = SAMPLE_VIEW;
  ({server, clock, feed} = await open(0));
});
afterEach(() => server.close());

describe("the status server", () => {
  it("says that it lives, whatever the node does", async () => {
    view = null;
    expect(await ask("/livez")).toMatchObject({status: 200, body: {status: "alive"}});
  });

  it("answers with the node's view, in the documented form", async () => {
    clock.ms = 63_400;
    const {status, headers, body} = await ask("/v1/status");
    expect(status).toBe(200);
    expect(headers).toMatchObject({"content-type": expect.stringMatching(/^application\/json/)});
    const answer = statusResponseSchema.parse(body);
    expect(answer).toMatchObject({
      schema: 1,
      version: "1.2.3",
      startedAt: "2023-11-14T22:13:20.000Z",
      uptimeSeconds: 62,
      remainingSeconds: null,
      remainingReason: "the round under way has taken 64 s, where 1.5 s are usual",
      health: {ready: true, healthy: false},
      alerts: [{alert: "round-stalled", severity: "warn"}],
    });
    const [up, down] = SAMPLE_VIEW.peers;
    const nulls = {rttMs: null, lastHeardWallMs: null, address: null, direction: null, via: null};
    expect(answer.node).toEqual({
      ...SAMPLE_VIEW,
      peers: [
        {...up, link: {...up?.link, lastError: null, lastErrorDetail: null, excludedUntilWallMs: null}},
        {...down, link: {...down?.link, ...nulls, excludedUntilWallMs: null}},
      ],
    });
  });

  it("gives out nothing at all of a view that holds more than the schema names", async () => {
    const secret = "patient-4711";
    const [peer] = SAMPLE_VIEW.peers;
    const leaks = [
      {...SAMPLE_VIEW, secret},
      {...SAMPLE_VIEW, certified: {...SAMPLE_VIEW.certified, secret}},
      {...SAMPLE_VIEW, peers: [{...peer, link: {...peer?.link, secret}}]},
    ];
    for (const leak of leaks) {
      view = leak as NodeView;
      const {status, body} = await ask("/v1/status");
      expect([status, body], JSON.stringify(leak)).toEqual([500, {error: "internal error"}]);
    }
  });

  it("answers 503 as long as the node is starting", async () => {
    view = null;
    expect(await ask("/v1/status")).toMatchObject({
      status: 503,
      body: {error: "the node is starting", opening: null},
    });
    feed.emit({type: "opening", step: "data"});
    clock.ms += 500;
    for (const path of ["/v1/status", "/v1/history"]) {
      expect(await ask(path)).toMatchObject({
        status: 503,
        body: {opening: {step: "data", since: new Date(clock.wallMs() - 500).toISOString()}},
      });
    }
  });

  it("knows no other path and no other method", async () => {
    for (const path of [
      "/dashboard",
      "/dashboard/",
      "/dashboard/main.ts",
      "/page.html",
      "/v1",
      "/v1/status/",
      "/v1/status/x",
      "/healthz/../etc/passwd",
      "/v2/status",
    ]) {
      expect(await ask(path), path).toMatchObject({status: 404, body: {error: "not found"}});
    }
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
      expect(await ask("/v1/status", {method}), method).toMatchObject({status: 404});
    }
  });

  it("answers HEAD wherever it answers GET, with the same status and no body", async () => {
    const {paths} = (await ask("/openapi.json")).body as {paths: object};
    for (const path of ["/", ...Object.keys(paths)]) {
      const {status, body} = await ask(path, {method: "HEAD"});
      expect([status, body], path).toEqual([200, ""]);
    }
    view = null;
    for (const path of ["/healthz", "/v1/status"])
      expect((await ask(path, {method: "HEAD"})).status, path).toBe(503);
    expect((await ask("/no", {method: "HEAD"})).status).toBe(404);
  });

  it("lets probes and scrapers add parameters of their own, and others none", async () => {
    for (const path of ["/metrics", "/livez", "/healthz", "/readyz"])
      expect((await askText(`${server.url}${path}?x=1&x=2&y`)).status, path).toBe(200);
    expect((await ask("/v1/status?x=1")).status).toBe(400);
  });

  it("refuses a foreign Host header, as a rebound name would send", async () => {
    const port = new URL(server.url).port;
    for (const pattern of FOREIGN_HOSTS) {
      const host = pattern.replace("PORT", port);
      expect((await ask("/v1/status", {headers: {host}})).status, `Host: ${host}`).toBe(403);
    }
    // With another port, or without one: a tunnel ends here (ssh -L 9601:127.0.0.1:9600).
    const tunnels = ["127.0.0.1:9601", "localhost:1", "[::1]:9601", "127.0.0.1"];
    const own = [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`];
    for (const host of [...own, ...tunnels]) {
      expect((await ask("/v1/status", {headers: {host}})).status, `Host: ${host}`).toBe(200);
    }
  });

  it("refuses pages of other origins, which cost the operator nothing", async () => {
    const origin = server.url;
    const foreign: Readonly<Record<string, string>>[] = [
      {origin: "https://evil.example"},
      {origin: "null"},
      {"sec-fetch-site": "cross-site"},
      {"sec-fetch-site": "same-site", origin},
      {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
    ];
    for (let n = 0; n < 250; n++) {
      const headers = foreign[n % foreign.length] ?? {};
      const {status, headers: sent} = await ask(n % 2 === 0 ? "/v1/status" : "/livez", {headers});
      expect(status, JSON.stringify(headers)).toBe(403);
      expect(Object.keys(sent).filter((name) => name.startsWith("access-control"))).toEqual([]);
      expect(sent).toMatchObject({"cache-control": "no-store"});
    }
    const own: Readonly<Record<string, string>>[] = [
      {},
      {origin},
      {"sec-fetch-site": "same-origin"},
      {"sec-fetch-site": "none"},
    ];
    for (const headers of own)
      expect((await ask("/v1/status", {headers})).status, JSON.stringify(headers)).toBe(200);
    const link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"};
    expect((await askText(`${server.url}/`, {headers: link})).status, "a person follows a link").toBe(200);
    expect((await ask("/v1/status", {headers: link})).status).toBe(403);
  });

  it("answers a probe beside as many idle connections as it holds, and beside a spent rate", async () => {
    const {hostname, port} = new URL(server.url);
    const idle = Array.from({length: 64}, () => connect(Number(port), hostname).on("error", () => {}));
    await Promise.all(idle.map((socket) => once(socket, "connect")));
    for (let n = 0; n < 5; n++) expect((await ask("/livez")).status).toBe(200);
    let status = 200;
    for (let n = 0; n < 250 && status === 200; n++) ({status} = await ask("/healthz"));
    expect(status).toBe(429);
    expect((await ask("/livez")).status).toBe(200);
    expect(idle.filter(({destroyed}) => destroyed).length, "the others are left alone").toBeLessThan(64);
    for (const socket of idle) socket.destroy();
  });

  it("logs of an answer outside its schema where, and no value", async () => {
    const lines: unknown[] = [];
    const logger = {...silentLogger, error: (...line: unknown[]) => void lines.push(line)};
    const opened = await openSampleServer({node: () => sampleNode(() => view ?? SAMPLE_VIEW), logger});
    view = {
      ...SAMPLE_VIEW,
      pace: {...SAMPLE_VIEW.pace, deadlineSeconds: "patient-4711" as unknown as number},
    };
    const answer = await fetch(`${opened.server.url}/v1/status`);
    await opened.server.close();
    expect(answer.status).toBe(500);
    expect(lines).toEqual([
      [
        "a status request failed",
        {error: "ZodError", code: "invalid_type", detail: "at node.pace.deadlineSeconds"},
      ],
    ]);
  });

  it("refuses a port that is in use in one line, and frees its own when closed", async () => {
    const port = Number(new URL(server.url).port);
    expect(await open(port).catch(errorLine)).toBe(
      `STATUS_PORT_IN_USE: the status port ${port} of 127.0.0.1 is in use. ` +
        "Stop the other process, or choose another status.port in node.yaml.",
    );
    await server.close();
    ({server} = await open(port));
    expect((await ask("/livez")).status).toBe(200);
  });

  it("closes at once under a client that keeps its connection", async () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    await new Promise((resolve) => socket.once("connect", resolve));
    const ended = new Promise((resolve) => socket.once("close", resolve));
    await server.close();
    await ended;
    await expect(ask("/livez")).rejects.toMatchObject({code: "ECONNREFUSED"});
  });
});
