import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {describe, expect, it} from "vitest";
import {z} from "zod";
import {loadNodeConfig, nodeConfigSchema} from "../../src/config/index.ts";
import {parseYaml} from "../../src/core/index.ts";
import {daemonPaths} from "./endpoints.ts";
import {OPERATORS, ROOT, textOf, yamlOf} from "./files.ts";

const DEFAULT_PORT = nodeConfigSchema.shape.status.parse({}).port;
/** Where a node answers probes whose configuration says nothing of it. */
const PROBE_PORT = await probePort();

async function probePort(): Promise<number> {
  const minimal = {formatVersion: 1, site: "x", state: "s", roster: "r", plan: "p", task: "t"};
  const text = JSON.stringify({...minimal, approvedPlan: "0".repeat(64)});
  const folder = mkdtempSync(path.join(tmpdir(), "consilium-default-"));
  try {
    writeFileSync(path.join(folder, "node.yaml"), text);
    return (await loadNodeConfig(path.join(folder, "node.yaml"))).status.probes.port;
  } finally {
    rmSync(folder, {recursive: true});
  }
}

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** A Dockerfile's instructions, lines that go on joined, comments left out. */
function instructionsOf(text: string): Instruction[] {
  const joined = text.replaceAll(/^\s*#.*\n/gm, "").replaceAll(/\\\n\s*/g, " ");
  return joined.split("\n").flatMap((line) => {
    const [, name = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    return name === "" ? [] : [{name, rest}];
  });
}

/** What is wrong with an image's description. */
function imageFaults(text: string): string[] {
  const instructions = instructionsOf(text);
  const last = instructions.slice(instructions.findLastIndex(({name}) => name === "FROM"));
  const all = (name: string): string[] =>
    instructions.filter((one) => one.name === name).map(({rest}) => rest);
  const [user = "root"] = last.filter(({name}) => name === "USER").map(({rest}) => rest);
  const [health = ""] = last.filter(({name}) => name === "HEALTHCHECK").map(({rest}) => rest);
  const url = /fetch\('http:\/\/127\.0\.0\.1:(\d+)(\/\w+)'\)/.exec(health);
  const checks: readonly (readonly [boolean, string])[] = [
    [
      /^[1-9]\d*(:[1-9]\d*)?$/.test(user),
      "is run by root, or by a name that Kubernetes cannot tell from root",
    ],
    [
      all("FROM").every((base) => /:\d+\.\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?( AS \w+)?$/.test(base)),
      "has a base that may change",
    ],
    [
      url?.[2] === "/livez",
      "asks for its health where a token is asked for, or where a waiting node is sick",
    ],
    [url?.[1] === String(PROBE_PORT), "asks for its health at another port than that of the probes"],
    [all("RUN").some((run) => run.includes("npm prune --omit=dev")), "keeps what is for development"],
    [
      all("ENTRYPOINT").every((words) => words.startsWith('["node"')),
      "puts a shell before node, which takes its signals",
    ],
    [!all("COPY").some((copied) => /(^| )\.( |$)/.test(copied)), "copies whatever lies about"],
  ];
  return checks.filter(([isRight]) => !isRight).map(([, fault]) => fault);
}

describe("the image", () => {
  const text = textOf("docker/Dockerfile");

  it("is run by nobody's root, from a fixed base, and is asked whether it lives and no more", () => {
    expect(imageFaults(text)).toEqual([]);
    const [, health = ""] = /127\.0\.0\.1:\d+(\/\w+)/.exec(text) ?? [];
    expect(daemonPaths()).toContain(health);
  });

  it.each([
    ["is run by root", "USER 10001:10001", ""],
    ["is run by root", "USER 10001:10001", "USER consilium"],
    ["has a base that may change", "node:22.20.0-bookworm-slim AS build", "node:22 AS build"],
    ["where a waiting node is sick", "9700/livez", "9700/healthz"],
    ["another port", "127.0.0.1:9700", "127.0.0.1:9600"],
    ["keeps what is for development", "npm prune --omit=dev", "npm prune"],
    ["puts a shell before node", 'ENTRYPOINT ["node", "/opt', 'ENTRYPOINT ["sh", "-c", "/opt'],
    ["copies whatever lies about", "COPY src src", "COPY . ."],
  ])("is found wanting when it %s", (fault, from, to) => {
    const planted = text.replace(from, to);
    expect(planted).not.toBe(text);
    expect(imageFaults(planted).join("\n")).toContain(fault);
  });

  it("is made of nothing that its list of what goes to the builder leaves out", () => {
    const sent = textOf("docker/Dockerfile.dockerignore")
      .split("\n")
      .flatMap((line) => (line.startsWith("!") ? [line.slice(1).replace("*", "")] : []));
    const copied = instructionsOf(text)
      .filter(({name, rest}) => name === "COPY" && !rest.startsWith("--from="))
      .flatMap(({rest}) => rest.split(" ").slice(0, -1));
    expect(copied.length).toBeGreaterThan(5);
    for (const source of copied) {
      expect(
        sent.some((prefix) => source.startsWith(prefix)),
        source,
      ).toBe(true);
    }
  });
});

const serviceSchema = z.looseObject({
  image: z.string().regex(/:v?\d+\.\d+\.\d+$/, "a version"),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  security_opt: z.tuple([z.literal("no-new-privileges:true")]),
  mem_limit: z.string(),
  ports: z.array(z.string().startsWith("127.0.0.1:")),
  volumes: z.array(z.string()),
  secrets: z.array(z.union([z.string(), z.strictObject({source: z.string(), target: z.string()})])),
});
const composeSchema = z.looseObject({
  services: z.record(z.string(), serviceSchema),
  secrets: z.record(z.string(), z.strictObject({file: z.string().startsWith("./trial/secrets/")})),
});
const SITES = ["harbour", "valley", "prairie"];

describe("the trial of three nodes", () => {
  const compose = composeSchema.parse(yamlOf(textOf("docker/compose.yaml")));
  const {services, secrets} = compose;
  const of = (name: string): z.output<typeof serviceSchema> => serviceSchema.parse(services[name]);

  it("has three nodes, Prometheus and Grafana, read-only, without privileges, and published on this machine alone", () => {
    expect(Object.keys(services)).toEqual([...SITES, "prometheus", "grafana"]);
    const published = Object.values(services).flatMap(({ports}) => ports);
    expect(new Set(published.map((port) => port.split(":")[1])).size).toBe(published.length);
  });

  it.each([
    ["a service that can be written", "read_only: true", "read_only: false", /read_only/],
    ["a port that other machines reach", "127.0.0.1:9090:9090", "9090:9090", /ports/],
    ["an image that may change", "prom/prometheus:v2.55.1", "prom/prometheus:latest", /a version/],
    ["a service that may do more than nothing", "cap_drop: [ALL]", "cap_drop: [NET_RAW]", /cap_drop/],
  ])("is refused with %s", (_, from, to, why) => {
    const planted = textOf("docker/compose.yaml").replace(from, to);
    expect(planted).not.toBe(textOf("docker/compose.yaml"));
    expect(() => composeSchema.parse(yamlOf(planted))).toThrow(why);
  });

  it.each(SITES)("gives %s its own configuration, data and token, and nobody else's", (site) => {
    const {volumes, secrets: given, ports} = of(site);
    const others = SITES.filter((other) => other !== site);
    expect(volumes.filter((volume) => others.some((other) => volume.includes(other)))).toEqual([]);
    expect(given).toEqual([{source: `${site}.token`, target: "status.token"}]);
    const writable = volumes
      .filter((volume) => !volume.endsWith(":ro"))
      .map((volume) => volume.split(":")[1]);
    const text = textOf("docker/node.yaml").replaceAll("SITE", site).replace("PLAN_HASH", "0".repeat(64));
    const config = parseYaml(nodeConfigSchema, text, "node.yaml", "CONFIG_INVALID");
    expect(writable).toEqual([config.state]);
    const mounted = volumes.map((volume) => volume.split(":")[1]);
    expect(mounted).toEqual(
      expect.arrayContaining([config.roster, config.plan, config.task, "/etc/consilium/node.yaml"]),
    );
    expect(config.status.tokenFile).toBe("/run/secrets/status.token");
    const [host, outer, inner] = ports[0]?.split(":") ?? [];
    expect(inner).toBe(String(config.status.port));
    expect(config.status.allowedHosts).toEqual(expect.arrayContaining([site, `${host}:${outer}`]));
    expect(config.listen).toEqual(["/ip4/0.0.0.0/tcp/4001"]);
  });

  it("has Prometheus scrape each of them with its token, by the rules that are shipped", () => {
    const jobs = z
      .looseObject({
        scrape_configs: z.array(
          z.strictObject({
            job_name: z.string(),
            authorization: z.strictObject({credentials_file: z.string()}),
            static_configs: z.array(
              z.strictObject({targets: z.array(z.string()), labels: z.record(z.string(), z.string())}),
            ),
          }),
        ),
      })
      .parse(yamlOf(textOf("docker/prometheus.yml"))).scrape_configs;
    expect(jobs).toEqual(
      SITES.map((site) => ({
        job_name: site,
        authorization: {credentials_file: `/run/secrets/${site}.token`},
        static_configs: [{targets: [`${site}:${DEFAULT_PORT}`], labels: {job: "consilium"}}],
      })),
    );
    const {volumes, secrets: given} = of("prometheus");
    expect(given).toEqual(SITES.map((site) => `${site}.token`));
    expect(volumes).toContain("../prometheus/alerts.yml:/etc/prometheus/alerts.yml:ro");
  });

  it("names no file and no secret that is not there, or that prepare.sh does not make", () => {
    const named = new Set(
      Object.values(services).flatMap(({secrets: given}) =>
        given.map((one) => (typeof one === "string" ? one : one.source)),
      ),
    );
    expect([...named].sort()).toEqual(Object.keys(secrets).sort());
    const prepare = textOf("docker/prepare.sh");
    expect(prepare).toContain(`sites="${SITES.join(" ")}"`);
    const sources = Object.values(services)
      .flatMap(({volumes}) => volumes.map((volume) => volume.split(":")[0] ?? ""))
      .filter((source) => source.startsWith("../"));
    expect(sources.length).toBeGreaterThan(2);
    for (const source of sources)
      expect(() => textOf(path.join("docker", source)), source).not.toThrow(/ENOENT/);
  });

  it("is configured by a file that the daemon's own reader takes", async () => {
    expect(path.relative(ROOT, OPERATORS)).toBe("config/operators");
    // Unfilled, its hash is none: nobody starts it by mistake.
    await expect(loadNodeConfig(path.join(OPERATORS, "docker/node.yaml"))).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });
  });
});
