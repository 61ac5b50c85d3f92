import {request} from "node:http";
import {connect} from "node:net";
import {afterEach, beforeEach, describe, expect, it, onTestFinished} from "vitest";
import {errorLine} from "../../src/core/index.ts";
import type {NodeView} from "../../src/node/index.ts";
import {type StatusServer, statusResponseSchema} from "../../src/status/index.ts";
import {type HandClock, openSampleServer, sampleNode} from "./sample-node.ts";
import {SAMPLE_VIEW} from "./sample-view.ts";

const FOREIGN_HOSTS = [
  "evil.example",
  "127.0.0.1",
  "127.0.0.1:1",
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
  ({server, clock} = await open(0));
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
      remainingSeconds: 20,
      health: {ready: true, healthy: false},
      alerts: [{alert: "round-stalled", severity: "warn"}],
    });
    const [up, down] = SAMPLE_VIEW.peers;
    const nulls = {rttMs: null, address: null, direction: null, via: null};
    expect(answer.node).toEqual({
      ...SAMPLE_VIEW,
      peers: [
        {...up, link: {...up?.link, lastError: null, lastErrorDetail: null}},
        {...down, link: {...down?.link, ...nulls}},
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
    expect(await ask("/v1/status")).toMatchObject({status: 503, body: {error: "the node is starting"}});
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
    expect((await ask("/v1/status", {method: "HEAD"})).status).toBe(404);
  });

  it("refuses a foreign Host header, as a rebound name would send", async () => {
    const port = new URL(server.url).port;
    for (const pattern of FOREIGN_HOSTS) {
      const host = pattern.replace("PORT", port);
      expect((await ask("/v1/status", {headers: {host}})).status, `Host: ${host}`).toBe(403);
    }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
      expect((await ask("/v1/status", {headers: {host}})).status, `Host: ${host}`).toBe(200);
    }
  });

  it("shares nothing with pages of other origins", async () => {
    const {headers} = await ask("/v1/status", {headers: {origin: "https://evil.example"}});
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(headers).toMatchObject({"cache-control": "no-store"});
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
