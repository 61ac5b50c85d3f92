import {connect} from "node:net";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {createRandom, type Logger, silentLogger} from "../../src/core/index.ts";
import {LOOPBACK_ACCESS, type StatusServer} from "../../src/status/index.ts";
import {runs} from "../setup/thorough.ts";
import {ask} from "./requests.ts";
import {openSampleServer} from "./sample-node.ts";

const REQUESTS = runs(1500, 6000);
const AT_ONCE = 32;
const SEED = 20_261_125;
const PATIENCE_MS = 5000;
const TOKEN = "0123456789abcdef".repeat(2);
const SECRETS = [TOKEN, "12D3KooWSouth", '"site"', "consilium_"];

const METHODS = [
  "GET",
  "GET",
  "GET",
  "POST",
  "HEAD",
  "PUT",
  "OPTIONS",
  "TRACE",
  "CONNECT",
  "get",
  "G\0T",
  "",
];
const PATHS = [
  "/v1/status",
  "/v1/rounds?limit=-1",
  "/v1/rounds?limit=9e99",
  "/v1/events",
  "/metrics",
  "/dashboard/",
  "*",
  "//",
  "",
];
const ODD_PATHS = [
  "/%",
  "/%00",
  "/v1/../v1/status",
  "/v1/status#x",
  "http://evil.example/v1/status",
  "/é",
  "/__proto__",
];
const VERSIONS = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2", "HTTP/1.1x", ""];
const HEADERS = [
  "Host: evil.example",
  "Host:",
  "Host: 127.0.0.1",
  `Authorization: Bearer ${TOKEN.slice(1)}`,
  "Authorization: ",
  "Last-Event-ID: 1-2-3",
  "Content-Length: 99999999",
  "Content-Length: -1",
  "Content-Length: 5",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: chunked, identity",
  "Content-Type: application/json",
  "Content-Type: multipart/form-data",
  "Upgrade: websocket",
  "Expect: 100-continue",
  "Connection: upgrade",
  "Accept: \u0000",
  "no colon at all",
  " folded: yes",
  "X-Long: ",
];
const BODIES = ["", "", '{"__proto__":1}', "{", "5\r\nhello\r\n0\r\n\r\n", "zz\r\n", "\0\0\0\0"];

/** A request number `index` as no client writes it: words of HTTP in odd order, cut off, repeated and overwritten. */
function requestOf(index: number, own: string): Buffer {
  const random = createRandom({seed: SEED, site: "fuzz", round: index, purpose: "request"});
  const below = (count: number): number => Math.floor(random.uniform() * count);
  const pick = (words: readonly string[]): string => words[below(words.length)] ?? "";
  const path = below(3) === 0 ? pick(ODD_PATHS) : pick(PATHS);
  const headers = Array.from({length: below(5)}, () => pick(HEADERS));
  if (below(20) === 0) headers.push(`X-Long: ${"x".repeat(below(20_000))}`);
  if (below(2) === 0) headers.push(`Host: ${own}`);
  const lines = [`${pick(METHODS)} ${path} ${pick(VERSIONS)}`, ...headers, "", pick(BODIES)];
  const bytes = Buffer.from(lines.join(below(10) === 0 ? "\n" : "\r\n"), "utf8");
  for (let changes = below(4) === 0 ? below(6) : 0; changes > 0; changes--) {
    bytes[below(bytes.length)] = below(256);
  }
  return below(10) === 0 ? bytes.subarray(0, below(bytes.length)) : bytes;
}

/** Everything that the server says to `bytes` until it hangs up; the client has nothing more to say. */
function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.end(bytes));
    let text = "";
    socket.on("data", (part) => {
      text += part.toString("latin1");
    });
    socket.on("error", () => {});
    const patience = setTimeout(() => {
      socket.destroy();
      reject(
        new Error(
          `no end after ${PATIENCE_MS} ms of ${JSON.stringify(bytes.toString("latin1").slice(0, 300))}`,
        ),
      );
    }, PATIENCE_MS);
    socket.once("close", () => {
      clearTimeout(patience);
      resolve(text);
    });
  });
}

let server: StatusServer;
const errors: string[] = [];

beforeAll(async () => {
  const logger: Logger = {...silentLogger, error: (message) => void errors.push(message)};
  const rate = {burst: Number.POSITIVE_INFINITY, perSecond: 1};
  ({server} = await openSampleServer({access: {...LOOPBACK_ACCESS, token: TOKEN}, rate, logger}));
});
afterAll(() => server.close());

describe(`${REQUESTS} malformed and oversized requests over raw sockets`, () => {
  it("are each refused with 4xx or hung up on, and none fails, hangs or learns anything", async () => {
    const own = new URL(server.url).host;
    const port = Number(new URL(server.url).port);
    const seen = new Map<string, number>();
    for (let first = 0; first < REQUESTS; first += AT_ONCE) {
      const indices = Array.from({length: AT_ONCE}, (_, offset) => first + offset);
      const answers = await Promise.all(indices.map((index) => exchange(port, requestOf(index, own))));
      for (const [offset, answer] of answers.entries()) {
        const about = `seed ${SEED}, request ${first + offset}: ${answer.slice(0, 200)}`;
        const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = ""]) => status);
        for (const status of statuses) {
          // 100 only invites the rest of a request that is then refused.
          expect(status, about).toMatch(/^(4\d\d|100)$/);
          seen.set(status, (seen.get(status) ?? 0) + 1);
        }
        expect(answer === "" || statuses.length > 0, about).toBe(true);
        for (const secret of SECRETS) expect(answer, about).not.toContain(secret);
      }
    }
    expect(errors).toEqual([]);
    for (const status of ["400", "401", "403", "431"])
      expect(seen.get(status), status).toBeGreaterThan(REQUESTS / 300);
    const {status} = await ask(`${server.url}/healthz`, {headers: {authorization: `Bearer ${TOKEN}`}});
    expect(status, "it serves on").toBe(200);
  });
});
