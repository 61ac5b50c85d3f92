import {execFileSync} from "node:child_process";
import {mkdtemp, readFile, rm} from "node:fs/promises";
import {request} from "node:https";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, onTestFinished} from "vitest";
import {askDaemon} from "../../src/cli/daemon/ask-daemon.ts";
import {createMetricRegistry, errorLine, silentLogger} from "../../src/core/index.ts";
import {
  LOOPBACK_ACCESS,
  type StatusAccess,
  type StatusServer,
  statusResponseSchema,
} from "../../src/status/index.ts";
import {ask} from "./requests.ts";
import {HandClock, openSampleServer, sampleNode} from "./sample-node.ts";
import {SAMPLE_VIEW} from "./sample-view.ts";

const TOKEN = "0123456789abcdef".repeat(2);
const GUARDED: StatusAccess = {...LOOPBACK_ACCESS, token: TOKEN};

async function open(changes: Parameters<typeof openSampleServer>[0]): Promise<StatusServer> {
  const {server} = await openSampleServer(changes);
  onTestFinished(() => server.close());
  return server;
}

describe("a status server that other machines can reach", () => {
  it.each(["0.0.0.0", "::", "192.0.2.1", "node.example"])("does not open on %s unguarded", async (host) => {
    const {token, ...tls} = {
      token: null,
      tls: {cert: new Uint8Array(), key: new Uint8Array(), clientCa: null},
    };
    for (const access of [LOOPBACK_ACCESS, {...LOOPBACK_ACCESS, token, ...tls}]) {
      expect(await openSampleServer({host, access}).catch(errorLine)).toBe(
        `STATUS_AUTH_REQUIRED: status on ${host} would answer other machines without asking who they are. ` +
          "Name status.tokenFile or status.tls.clientCa in node.yaml, or take status.host away.",
      );
    }
  });

  it("answers by its address, by the names it is given, and by no other", async () => {
    const access = {...GUARDED, allowedHosts: ["node.hospital.example", "proxy.example:8443"]};
    const {url} = await open({host: "0.0.0.0", access});
    const {port} = new URL(url);
    const base = `http://127.0.0.1:${port}`;
    const authorization = `Bearer ${TOKEN}`;
    const statusFor = async (host: string): Promise<number> =>
      (await ask(`${base}/healthz`, {headers: {host, authorization}})).status;
    for (const host of [
      `127.0.0.1:${port}`,
      "node.hospital.example",
      "NODE.hospital.example",
      "proxy.example:8443",
    ]) {
      expect(await statusFor(host), host).toBe(200);
    }
    for (const host of ["proxy.example", "evil.example", `evil.example:${port}`, "xnode.hospital.example"]) {
      expect(await statusFor(host), host).toBe(403);
    }
  });
});

describe("a token", () => {
  it("is asked for on every path but /livez, which says nothing", async () => {
    const {url} = await open({access: GUARDED});
    for (const path of [
      "/healthz",
      "/readyz",
      "/metrics",
      "/v1/status",
      "/v1/events",
      "/openapi.json",
      "/no",
      "/livez/",
    ]) {
      const {status, headers, text} = await ask(`${url}${path}`);
      expect([status, headers["www-authenticate"], text], path).toEqual([
        401,
        "Bearer",
        '{"error":"the token is missing or wrong"}',
      ]);
    }
    expect(await ask(`${url}/livez`)).toMatchObject({status: 200, text: '{"status":"alive"}'});
  });

  it("is what the status command sends", async () => {
    const {url} = await open({access: GUARDED});
    const asked = (token: string | null) =>
      askDaemon({url, token, tls: null}, "/v1/status", statusResponseSchema);
    expect(await asked(TOKEN)).toMatchObject({schema: 1});
    expect(await asked(null).catch(errorLine)).toBe(
      `CLI_STATUS_REFUSED: the daemon at ${url} asks for a token. ` +
        "Name the daemon's node.yaml with --config, which says where the token is, or the token's file with --token-file.",
    );
    expect(await asked(`${TOKEN}x`).catch(errorLine)).toBe(
      `CLI_STATUS_REFUSED: the daemon at ${url} asks for another token. ` +
        "The daemon was started with another one: start it anew, or name its own node.yaml.",
    );
  });

  it("opens in one form alone", async () => {
    const {url} = await open({access: GUARDED});
    const statusFor = async (authorization: string): Promise<number> =>
      (await ask(`${url}/v1/status`, {headers: {authorization}})).status;
    expect(await statusFor(`Bearer ${TOKEN}`)).toBe(200);
    for (const wrong of [
      TOKEN,
      `bearer ${TOKEN}`,
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(1)}`,
      "Bearer ",
      "Basic eDp5",
    ]) {
      expect(await statusFor(wrong), wrong).toBe(401);
    }
  });

  it("cannot be guessed in a hurry", async () => {
    const registry = createMetricRegistry();
    const rate = {burst: 5, perSecond: 2};
    const {server, clock} = await openSampleServer({access: GUARDED, rate, registry});
    onTestFinished(() => server.close());
    const statuses: number[] = [];
    for (let n = 0; n < 8; n++) statuses.push((await ask(`${server.url}/v1/status`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    expect((await ask(`${server.url}/v1/status`)).headers["retry-after"]).toBe("1");
    clock.ms += 500;
    expect((await ask(`${server.url}/v1/status`)).status).toBe(401);
    expect((await ask(`${server.url}/v1/status`)).status).toBe(429);
    expect(registry.expose()).toMatch(/^consilium_status_refusals_total\{reason="token"\} 6$/m);
    expect(registry.expose()).toMatch(/^consilium_status_refusals_total\{reason="rate"\} 5$/m);
  });
});

/** Certificates are made by openssl; a machine without it skips these tests and says so. */
function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], {stdio: "pipe"});
    return true;
  } catch {
    console.log("skipped: no openssl here, clients' certificates are not tried");
    return false;
  }
}

describe.skipIf(!hasOpenssl())("clients' certificates", () => {
  let folder: string;
  const pem = (name: string): Promise<Buffer> => readFile(join(folder, `${name}.pem`));
  const openssl = (...words: readonly string[]): void => {
    execFileSync("openssl", [...words], {cwd: folder, stdio: "pipe"});
  };
  const issue = (name: string, authority: string): void => {
    const subject = `/CN=${name}`;
    openssl(
      "req",
      "-newkey",
      "ed25519",
      "-nodes",
      "-subj",
      subject,
      "-keyout",
      `${name}-key.pem`,
      "-out",
      `${name}.csr`,
    );
    const signer = ["-CA", `${authority}.pem`, "-CAkey", `${authority}-key.pem`, "-CAcreateserial"];
    openssl("x509", "-req", "-in", `${name}.csr`, ...signer, "-out", `${name}.pem`);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "consilium tls "));
    for (const name of ["ca", "other-ca"]) {
      openssl(
        "req",
        "-x509",
        "-newkey",
        "ed25519",
        "-nodes",
        "-subj",
        `/CN=${name}`,
        "-keyout",
        `${name}-key.pem`,
        "-out",
        `${name}.pem`,
      );
    }
    issue("server", "ca");
    issue("client", "ca");
    issue("stranger", "other-ca");
  });
  afterAll(() => rm(folder, {recursive: true, force: true}));

  const askWith = async (url: string, client: string | null): Promise<number> => {
    const own = client === null ? {} : {cert: await pem(client), key: await pem(`${client}-key`)};
    const ca = await pem("ca");
    return new Promise((resolve, reject) => {
      const checkServerIdentity = (): undefined => undefined;
      const asked = request(`${url}/v1/status`, {...own, ca, checkServerIdentity}, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.on("error", reject).end();
    });
  };

  it("of the named authority alone open the server, on any address", async () => {
    const tls = {cert: await pem("server"), key: await pem("server-key"), clientCa: await pem("ca")};
    const {url} = await open({host: "0.0.0.0", access: {...LOOPBACK_ACCESS, tls}});
    expect(url).toMatch(/^https:/);
    const local = url.replace("0.0.0.0", "127.0.0.1");
    expect(await askWith(local, "client")).toBe(200);
    await expect(askWith(local, null)).rejects.toThrow(/ECONNRESET|socket hang up|alert/);
    await expect(askWith(local, "stranger")).rejects.toThrow(/ECONNRESET|socket hang up|alert/);
  });

  it("let the status command in by those of its own node.yaml, and it asks no other server", async () => {
    const tls = {cert: await pem("server"), key: await pem("server-key"), clientCa: await pem("ca")};
    const access = {token: TOKEN, tls, allowedHosts: []};
    const {url} = await open({access});
    const asked = (own: typeof tls) =>
      askDaemon({url, token: TOKEN, tls: own}, "/v1/status", statusResponseSchema);
    expect(await asked(tls)).toMatchObject({schema: 1});
    const other = {cert: await pem("client"), key: await pem("client-key"), clientCa: tls.clientCa};
    expect(await asked(other).catch(errorLine)).toBe(
      `CLI_STATUS_FOREIGN: the server at ${url} shows a certificate other than the one in node.yaml. ` +
        "Another program may listen there; nothing was sent to it.",
    );
  });

  it("that run out are told in status, metrics and log, and are renewed without a restart", async () => {
    const issued = (days: number): void =>
      openssl(
        "x509",
        "-req",
        "-in",
        "server.csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca-key.pem",
        "-CAcreateserial",
        "-days",
        `${days}`,
        "-out",
        `d${days}.pem`,
      );
    for (const days of [5, 400]) issued(days);
    const key = await pem("server-key");
    const tlsOf = async (name: string) => ({cert: await pem(name), key, clientCa: null});
    let onDisk = await tlsOf("d5");
    const lines: string[] = [];
    const log = (message: string, fields: object = {}): void =>
      void lines.push(`${message} ${JSON.stringify(fields)}`);
    const logger = {...silentLogger, info: log, warn: log};
    const registry = createMetricRegistry();
    const clock = new HandClock();
    // The sample's clock stands in 2023: here it is that of the certificates.
    clock.wallMs = () => Date.now();
    const access = {token: TOKEN, tls: onDisk, allowedHosts: []};
    const node = () => sampleNode(() => ({...SAMPLE_VIEW, stage: null}));
    const {url} = await open({access, logger, registry, clock, node, readTls: async () => onDisk});
    const status = () => askDaemon({url, token: TOKEN, tls: onDisk}, "/v1/status", statusResponseSchema);
    const before = await status();
    const days = (answer: typeof before): number =>
      (Date.parse(answer.certificate?.expiresAt ?? "") - Date.now()) / 86_400_000;
    expect(Math.round(days(before))).toBe(5);
    expect(before.alerts).toMatchObject([{alert: "certificate-expiring", severity: "warn"}]);
    expect(before.alerts[0]?.detail).toMatch(
      /^the certificate under status\.tls runs out on .*, in [45] days$/,
    );
    expect(lines.join("\n")).toMatch(/an alert was raised .*certificate-expiring/);
    const expiry = /^consilium_status_certificate_expiry_timestamp_seconds (.*)$/m.exec(
      registry.expose(),
    )?.[1];
    expect(1000 * Number(expiry)).toBe(Date.parse(before.certificate?.expiresAt ?? ""));

    onDisk = {...(await tlsOf("d400")), key: await pem("client-key")};
    clock.fire();
    await expect
      .poll(() => lines.join("\n"))
      .toMatch(/a renewed certificate cannot be used .*STATUS_TLS_INVALID/);
    onDisk = await tlsOf("d400");
    clock.fire();
    await expect.poll(() => lines.join("\n")).toContain("the certificate of the status server was renewed");
    const after = await status();
    expect(Math.round(days(after))).toBe(400);
    expect(after.alerts).toEqual([]);
  });

  it("that cannot be used are told in one line", async () => {
    const tls = {cert: await pem("server"), key: await pem("client-key"), clientCa: null};
    expect(await openSampleServer({access: {...LOOPBACK_ACCESS, tls}}).catch(errorLine)).toBe(
      "STATUS_TLS_INVALID: the certificate or key under status.tls cannot be used. " +
        "Give a certificate chain, its private key and the clients' authority as PEM files.",
    );
  });
});
