import {once} from "node:events";
import {connect, type Socket} from "node:net";
import {afterEach, beforeEach, describe, expect, it, onTestFinished} from "vitest";
import {errorLine, silentLogger} from "../../src/core/index.ts";
import type {NodeView} from "../../src/node/index.ts";
import {LOOPBACK_ACCESS, type StatusServer} from "../../src/status/index.ts";
import {ask, askJson} from "./requests.ts";
import {type HandClock, openSampleServer, sampleNode} from "./sample-node.ts";
import {SAMPLE_VIEW} from "./sample-view.ts";

const TOKEN = "0123456789abcdef".repeat(2);
const PROBES = ["/livez", "/healthz", "/readyz"];
const access = {...LOOPBACK_ACCESS, token: TOKEN, allowedHosts: ["node.hospital.example"]};
const rate = {burst: 5, perSecond: 1};

let view: NodeView | null;
let server: StatusServer;
let clock: HandClock;

beforeEach(async () => {
  view = SAMPLE_VIEW;
  const node = () => (view === null ? null : sampleNode(() => view ?? SAMPLE_VIEW));
  ({server, clock} = await openSampleServer({access, rate, node}));
});
afterEach(() => server.close());

/** So many open sockets over which nothing is asked. */
async function idleSockets(url: string, count: number, localAddress = "127.0.0.1"): Promise<Socket[]> {
  const {hostname: host, port} = new URL(url);
  const sockets = Array.from({length: count}, () =>
    connect({host, port: Number(port), localAddress})
      .on("error", () => {})
      .resume(),
  );
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  return sockets;
}

const closed = (socket: Socket): Promise<unknown> =>
  socket.closed ? Promise.resolve() : once(socket.resume(), "close");

/** Node's own limits cut a connection after five seconds: those of this server are there before. */
async function closedInTime(sockets: readonly (Socket | undefined)[]): Promise<void> {
  const beganMs = performance.now();
  await Promise.all(sockets.flatMap((socket) => (socket === undefined ? [] : [closed(socket)])));
  expect(performance.now() - beganMs).toBeLessThan(2500);
}

describe("probes, on a listener of their own", () => {
  it("are answered in states alone, without a token, while the node starts too", async () => {
    clock.ms = 3000;
    expect(await askJson(`${server.probesUrl}/livez`)).toEqual({status: "alive"});
    const health = await ask(`${server.probesUrl}/healthz`);
    expect([health.status, JSON.parse(health.text)]).toEqual([200, {status: "healthy", state: "exchanging"}]);
    expect(await askJson(`${server.probesUrl}/readyz`)).toEqual({ready: true, state: "exchanging"});
    view = null;
    const starting = await ask(`${server.probesUrl}/readyz`);
    expect([starting.status, JSON.parse(starting.text)]).toEqual([503, {ready: false, state: "starting"}]);
    expect((await ask(`${server.probesUrl}/livez`)).status).toBe(200);
  });

  it("name nobody, and nothing else is there", async () => {
    for (const path of PROBES) {
      const {text, headers} = await ask(`${server.probesUrl}${path}?verbose=1`);
      expect(text, path).not.toMatch(/north|south|east|heart|\d/);
      expect(headers, path).toMatchObject({"cache-control": "no-store", connection: "close"});
    }
    for (const path of ["/", "/metrics", "/v1/status", "/livez/", "/healthz/../v1/status"])
      expect((await ask(`${server.probesUrl}${path}`)).status, path).toBe(404);
    expect((await ask(`${server.probesUrl}/livez`, {method: "POST"})).status).toBe(404);
    const head = await ask(`${server.probesUrl}/livez`, {method: "HEAD"});
    expect([head.status, head.text]).toEqual([200, ""]);
  });

  it("are refused by another name and from another page", async () => {
    const statusFor = async (headers: Record<string, string>): Promise<number> =>
      (await ask(`${server.probesUrl}/healthz`, {headers})).status;
    expect(await statusFor({host: "evil.example"})).toBe(403);
    expect(await statusFor({"sec-fetch-site": "cross-site"})).toBe(403);
    expect(await statusFor({origin: "https://evil.example"})).toBe(403);
    expect(await statusFor({host: "node.hospital.example"})).toBe(200);
  });

  it("are not starved by the status port, whatever is done to it", async () => {
    await idleSockets(server.url, 200);
    for (let n = 0; n < 20; n++) await ask(`${server.url}/v1/status`);
    for (let n = 0; n < 20; n++)
      for (const path of PROBES) expect((await ask(`${server.probesUrl}${path}`)).status, path).toBe(200);
  });

  it("are not starved on their own port either", async () => {
    for (let n = 0; n < 5; n++) {
      await idleSockets(server.probesUrl, 200);
      expect((await ask(`${server.probesUrl}/livez`)).status).toBe(200);
    }
  });

  it("end no process when the node fails them", async () => {
    const lines: unknown[] = [];
    const logger = {...silentLogger, error: (...line: unknown[]) => void lines.push(line)};
    const node = () => ({
      ...sampleNode(),
      view(): never {
        throw new TypeError("patient-4711");
      },
    });
    const {server: failing} = await openSampleServer({node, logger});
    onTestFinished(() => failing.close());
    const {status, text} = await ask(`${failing.probesUrl}/healthz`);
    expect([status, text]).toEqual([500, '{"error":"internal error"}']);
    expect(lines).toEqual([["a probe failed", {error: "TypeError"}]]);
  });

  it("have a port of their own, which is told in one line when it is taken", async () => {
    const port = Number(new URL(server.probesUrl).port);
    const failed = await openSampleServer({probes: {host: "127.0.0.1", port}}).catch(errorLine);
    expect(failed).toBe(
      `STATUS_PORT_IN_USE: the probe port ${port} of 127.0.0.1 is in use. ` +
        "Stop the other process, or choose another status.probes.port in node.yaml.",
    );
  });
});

describe("connections", () => {
  it("over which nothing is asked in two seconds are cut, others are not", async () => {
    const {hostname, port} = new URL(server.url);
    const [idle] = await idleSockets(server.url, 1);
    const asking = connect(Number(port), hostname);
    onTestFinished(() => void asking.destroy());
    asking.write(`GET /livez HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
    await once(asking, "data");
    const half = connect(Number(port), hostname).on("error", () => {});
    half.write("GET /livez HTTP/1.1\r\nhost: ");
    await once(half, "connect");
    await ask(`${server.url}/livez`);
    clock.fire();
    await closedInTime([idle, half]);
    asking.write(`GET /livez HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
    expect(String((await once(asking, "data"))[0])).toContain("200 OK");
  });

  it("of one address take no place from those of another", async () => {
    const [other] = await idleSockets(server.url, 1, "127.0.0.2");
    const crowd = await idleSockets(server.url, 100);
    await closedInTime(crowd.slice(0, 100 - 32));
    await ask(`${server.url}/livez`);
    // Of its 32 places the question just now took one.
    expect(crowd.slice(-31).filter(({closed: isClosed}) => isClosed)).toEqual([]);
    expect(other?.closed).toBe(false);
  });
});

describe("the rate", () => {
  it("of whoever has the token is another than that of its address", async () => {
    const authorization = `Bearer ${TOKEN}`;
    let status = 0;
    for (let n = 0; n < 10; n++) ({status} = await ask(`${server.url}/v1/status`));
    expect(status, "a local user without the token").toBe(429);
    for (let n = 0; n < 5; n++)
      expect((await ask(`${server.url}/v1/status`, {headers: {authorization}})).status).toBe(200);
    expect((await ask(`${server.url}/v1/status`, {headers: {authorization}})).status).toBe(429);
    expect((await ask(`${server.url}/livez`)).status).toBe(200);
  });
});
