import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {loadNodeConfig, nodeConfigJsonSchema, nodeConfigSchema} from "../../src/config/index.ts";
import {errorLine} from "../../src/core/index.ts";

const LINES: readonly string[] = [
  "formatVersion: 1",
  "site: leeds",
  "state: state",
  "roster: ../shared/roster.yaml",
  "plan: plan.yaml",
  `approvedPlan: "${"0a".repeat(32)}"`,
  "task: /data/task.yaml",
];

let root = "";
let path = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "consilium config "));
  path = join(root, "node.yaml");
});
afterEach(async () => {
  await rm(root, {recursive: true, force: true});
});

async function lineOf(text: string): Promise<string> {
  await writeFile(path, text);
  return loadNodeConfig(path).then(() => "accepted", errorLine);
}

describe("node.yaml", () => {
  it("gives absolute paths, relative to itself, and documented defaults", async () => {
    await writeFile(path, LINES.join("\n"));
    expect(await loadNodeConfig(path)).toEqual({
      formatVersion: 1,
      site: "leeds",
      state: join(root, "state"),
      roster: join(root, "..", "shared", "roster.yaml"),
      plan: join(root, "plan.yaml"),
      approvedPlan: "0a".repeat(32),
      attempt: 1,
      task: "/data/task.yaml",
      listen: ["/ip4/127.0.0.1/tcp/0"],
      bootstrap: [],
      mdns: false,
      status: {
        host: "127.0.0.1",
        port: 9600,
        probes: {host: "127.0.0.1", port: 9700},
        tokenFile: join(root, "state", "status.token"),
        allowedHosts: [],
      },
      log: {level: "info", format: "text"},
      ledger: {retentionDays: 2192},
      backend: "auto",
    });
  });

  it("keeps the other defaults of a block of which one key is given", async () => {
    await writeFile(path, [...LINES, "status: {port: 0}", "log: {format: json}"].join("\n"));
    const config = await loadNodeConfig(path);
    expect(config.status).toMatchObject({host: "127.0.0.1", port: 0, allowedHosts: []});
    expect(config.log).toEqual({level: "info", format: "json"});
  });

  it.each([
    ["{port: 9601}", {host: "127.0.0.1", port: 9701}],
    ["{port: 0}", {host: "127.0.0.1", port: 0}],
    ["{host: '::1', probes: {port: 1234}}", {host: "::1", port: 1234}],
    ["{probes: {host: 10.0.0.7}}", {host: "10.0.0.7", port: 9700}],
  ])("has probes 100 ports above status unless it says otherwise: %s", async (status, probes) => {
    await writeFile(path, [...LINES, `status: ${status}`].join("\n"));
    expect((await loadNodeConfig(path)).status.probes).toEqual(probes);
  });

  it("asks for a token by default, unless clients show certificates", async () => {
    const tls = "cert: c.pem, key: k.pem";
    for (const [status, tokenFile] of [
      ["{}", join(root, "state", "status.token")],
      ["{tokenFile: t}", join(root, "t")],
      [`{tls: {${tls}}}`, join(root, "state", "status.token")],
      [`{tls: {${tls}, clientCa: ca.pem}}`, undefined],
    ] as const) {
      await writeFile(path, [...LINES, `status: ${status}`].join("\n"));
      expect((await loadNodeConfig(path)).status.tokenFile, status).toBe(tokenFile);
    }
  });

  it.each([
    [
      "a status port above which no port is left for probes",
      [...LINES, "status: {port: 65500}"],
      "8:9: status.probes.port: must be set: 100 above status.port is not a valid port.",
    ],
    ["a misspelt key", [...LINES, "bootstap: []"], '8:1: unknown key "bootstap". Did you mean "bootstrap"?'],
    ["no approval", LINES.filter((line) => !line.includes("approved")), "1:1: approvedPlan: is missing."],
    [
      "a status host that others can reach",
      [...LINES, "status: {host: 0.0.0.0}"],
      "8:16: status.host: other machines reach this address: tokenFile or tls.clientCa must be named too.",
    ],
    [
      "a host name that holds a path",
      [...LINES, "status: {allowedHosts: [a/b]}"],
      "8:25: status.allowedHosts[0]: must be a host name, or name:port.",
    ],
    [
      "an address that is no multiaddr",
      [...LINES, "listen: [127.0.0.1:4001]"],
      "8:10: listen[0]: must be a multiaddr, such as /ip4/127.0.0.1/tcp/4001.",
    ],
    [
      "an unknown backend",
      [...LINES, "backend: cuda"],
      '8:10: backend: expected "auto" or "tfjs-node" or "wasm" or "cpu".',
    ],
  ])("with %s is refused in one line", async (_, lines, told) => {
    expect(await lineOf(lines.join("\n"))).toBe(`CONFIG_INVALID: ${path}:${told}`);
  });

  it("serves status to others where it says how they are asked who they are", async () => {
    const guarded = (guard: string) => lineOf([...LINES, `status: {host: 0.0.0.0, ${guard}}`].join("\n"));
    expect(await guarded("tokenFile: token")).toBe("accepted");
    expect(await guarded("tls: {cert: c.pem, key: k.pem, clientCa: ca.pem}")).toBe("accepted");
    expect(await guarded("tls: {cert: c.pem, key: k.pem}")).toMatch(/^CONFIG_INVALID: .* status\.host: /);
    await writeFile(
      path,
      [...LINES, "status: {tokenFile: t, tls: {cert: c, key: k, clientCa: a}}"].join("\n"),
    );
    expect((await loadNodeConfig(path)).status).toMatchObject({
      tokenFile: join(root, "t"),
      tls: {cert: join(root, "c"), key: join(root, "k"), clientCa: join(root, "a")},
    });
  });

  it("that is missing is told in one line", async () => {
    expect(await loadNodeConfig(path).catch(errorLine)).toBe(
      `CONFIG_UNREADABLE: cannot read ${path} (ENOENT). Check the path.`,
    );
  });

  it("has a description for every key in its JSON Schema", () => {
    const {properties, required, additionalProperties} = nodeConfigJsonSchema();
    expect(additionalProperties).toBe(false);
    expect(required).toEqual(["formatVersion", "site", "state", "roster", "plan", "approvedPlan", "task"]);
    expect(Object.keys(Object(properties))).toEqual(Object.keys(nodeConfigSchema.shape));
    for (const [key, property] of Object.entries(Object(properties))) {
      expect(property, `key ${key}`).toHaveProperty("description");
    }
  });
});
