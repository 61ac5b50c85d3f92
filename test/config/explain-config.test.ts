import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, it, onTestFinished} from "vitest";
import {explainConfig, nodeConfigJsonSchema} from "../../src/config/index.ts";

const LINES = [
  "formatVersion: 1",
  "site: leeds",
  "state: state",
  "roster: roster.yaml",
  "plan: plan.yaml",
  `approvedPlan: "${"0a".repeat(32)}"`,
  "task: /data/task.yaml",
  "mdns: false",
  "status: {port: 0, tokenFile: token, tls: {cert: c.pem, key: k.pem}}",
];

it("every value of a configuration has its origin, its meaning and its place in the schema", async () => {
  const root = await mkdtemp(join(tmpdir(), "consilium config "));
  onTestFinished(() => rm(root, {recursive: true, force: true}));
  const path = join(root, "node.yaml");
  await writeFile(path, LINES.join("\n"));
  const values = await explainConfig(path);
  const originOf = Object.fromEntries(values.map(({key, value, origin}) => [key, [value, origin]]));
  expect(originOf).toMatchObject({
    site: ["leeds", "file"],
    state: [join(root, "state"), "file"],
    attempt: [1, "default"],
    mdns: [false, "file"],
    listen: [["/ip4/127.0.0.1/tcp/0"], "default"],
    "status.host": ["127.0.0.1", "default"],
    "status.port": [0, "file"],
    "status.probes.host": ["127.0.0.1", "default"],
    "status.probes.port": [0, "default"],
    "status.tokenFile": [join(root, "token"), "file"],
    "status.tls.cert": [join(root, "c.pem"), "file"],
    "log.level": ["info", "default"],
    backend: ["auto", "default"],
  });
  expect(Object.keys(originOf)).not.toContain("status.tls.clientCa");
  expect(values.filter(({means}) => means.length < 8)).toEqual([]);
  const keys = new Set(values.map(({key}) => key.split(".")[0]));
  expect([...keys]).toEqual(Object.keys(Object(nodeConfigJsonSchema()["properties"])));
});
