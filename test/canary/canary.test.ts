import {mkdir, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {deflateRawSync, deflateSync, gzipSync} from "node:zlib";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {parsePlan, runId} from "../../src/consortium/index.ts";
import {contractText, readSite} from "../../src/data/index.ts";
import {certifiedModel, verifyModel} from "../../src/lineage/index.ts";
import {readFinalModel} from "../../src/node/index.ts";
import {exporterOf} from "../lineage/finished-run.ts";
import {SITES, type ThreeSites, threeSites} from "../node/three-sites.ts";
import {PowerCut} from "../storage/crash-file-system.ts";
import {findLeaks, type Outgoing} from "./find-leaks.ts";
import {WatchedFleet} from "./watched-fleet.ts";

/** Begins the id of each of 1,000 patients, of which the number is the rest. */
const PATIENT = "ZQX7patient";
/** Is in the path of every patient file. */
const FOLDER = "ZQX7folder";
const MARKERS = [PATIENT, FOLDER];
const PATIENTS: Readonly<Record<string, number>> = {north: 500, south: 300, east: 200};
/** At east so few have the label that no part has ten of them. */
const FEW = 17;
const SMALL_SITE = "east";
const VICTIM = "south";
/** Figures that hang on labels. */
const LABEL_FIGURES = ["auroc", "auprc", "accuracy", "brier", "logLoss", "loss", "positives", "negatives"];

let root: string;
let consortium: ThreeSites;
let planBytes: Uint8Array;
let fleet: WatchedFleet;
/** What the victim's run ended with. */
let crash: unknown;
/** How many at the small site have the label. */
let positives: number;

/** The site's file with other patients: `count` of them, numbered on, and at the small site few with the label. */
async function rewrite(consortium: ThreeSites, site: string, first: number): Promise<string> {
  const {folder, task} = consortium.task;
  const [header = "", ...rows] = (await readFile(join(folder, task.root, `${site}.csv`), "utf8"))
    .trimEnd()
    .split("\n");
  const lines = Array.from({length: PATIENTS[site] ?? 0}, (_, index) => {
    const [, ...values] = (rows[index % rows.length] ?? "").split(",");
    if (site === SMALL_SITE) values[values.length - 1] = index < FEW ? "yes" : "no";
    return [`${PATIENT}${String(first + index).padStart(6, "0")}`, ...values].join(",");
  });
  return `${[header, ...lines].join("\n")}\n`;
}

async function canaryConsortium(): Promise<ThreeSites> {
  const plain = await threeSites();
  const {plan} = plain.plan;
  const bytes = Buffer.from(JSON.stringify({...plan, privacy: {...plan.privacy, disclosure: "consent"}}));
  planBytes = bytes;
  let first = 0;
  for (const site of SITES) {
    await writeFile(join(root, `${site}.csv`), await rewrite(plain, site, first));
    first += PATIENTS[site] ?? 0;
  }
  expect(first).toBe(1000);
  const task = {...plain.task, folder: root, task: {...plain.task.task, root: "."}};
  return {...plain, plan: parsePlan(bytes, "plan.yaml"), task};
}

/** All values under `key` in a JSON value, however deep. */
function valuesUnder(value: unknown, key: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name === key ? [inner] : []),
    ...valuesUnder(inner, key),
  ]);
}

function jsonOf({bytes}: Outgoing): unknown {
  const text = Buffer.from(bytes).toString();
  const start = text.startsWith("{") ? text.slice(text.lastIndexOf("}\n{") + 1) : "";
  try {
    return JSON.parse(start.trim()) as unknown;
  } catch {
    return null;
  }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), `${FOLDER}-`));
  consortium = await canaryConsortium();
  const {task, folder} = consortium.task;
  const {labels} = await readSite({task, folder, site: SMALL_SITE, variables: {}});
  positives = labels.reduce<number>((sum, label) => sum + label, 0);
  fleet = new WatchedFleet(consortium);
  for (const site of SITES) await fleet.start(site);
  const disk = await fleet.nodes.diskOf(VICTIM);
  disk.cutPowerAt(30);
  crash = await fleet.nodes.nodeOf(VICTIM).outcome.catch((error: unknown) => error);
  for (const site of SITES) await fleet.askAll(site);
  await fleet.nodes.stop(VICTIM);
  disk.restart((count) => count >> 1);
  await fleet.start(VICTIM);
  await Promise.all(SITES.map((site) => fleet.nodes.nodeOf(site).outcome));
  for (const site of SITES) await fleet.askAll(site);
  for (const site of SITES) await fleet.keepLedger(site);
});
afterAll(async () => {
  await fleet.nodes.close();
  await rm(root, {recursive: true, force: true});
});

describe("a run of three with a crash, of 1,000 patients with canaries for ids", () => {
  it("leaves no id and no path in logs, metrics, status, events, errors, the ledger, or what is handed to the links", () => {
    expect(crash).toBeInstanceOf(PowerCut);
    const kinds = new Set(fleet.outgoing.map(({where}) => where.split(": ")[1]));
    for (const kind of [
      "log",
      "event",
      "error",
      "frame",
      "blob",
      "handshake",
      "ledger",
      "/metrics",
      "/v1/status",
    ]) {
      expect(kinds, kind).toContain(kind);
    }
    expect(findLeaks(fleet.outgoing, MARKERS)).toEqual([]);
  });

  it("tells no figure that hangs on labels of a site with few of a class", () => {
    expect(positives).toBeGreaterThan(0);
    expect(positives).toBeLessThanOrEqual(FEW);
    const own = fleet.outgoing.filter(({where}) => where.startsWith(`${SMALL_SITE}: `));
    const figures = own.flatMap((outgoing) =>
      LABEL_FIGURES.flatMap((key) =>
        valuesUnder(jsonOf(outgoing), key).map((value) => [outgoing.where, key, value]),
      ),
    );
    // A flag says that a figure is withheld, and is none.
    const told = figures.filter(
      ([where, , value]) =>
        value !== null && typeof value !== "boolean" && where !== `${SMALL_SITE}: /openapi.json`,
    );
    expect(figures.length, "they are there, and withheld").toBeGreaterThan(10);
    expect(told).toEqual([]);
    const metrics = own
      .filter(({where}) => where.endsWith("/metrics"))
      .map(({bytes}) => Buffer.from(bytes).toString());
    expect(metrics.length).toBeGreaterThan(1);
    for (const text of metrics) {
      expect(text).toMatch(/^consilium_train_loss (NaN|0)$/m);
      expect(text).toMatch(/^consilium_validation_auroc_ratio (NaN|0)$/m);
    }
    const big = fleet.outgoing.filter(({where}) => where === "north: /v1/status").map(jsonOf);
    expect(valuesUnder(big.at(-1), "auroc")).not.toContain(null);
  });
});

/** The files of a site's certified model, as `consilium model export` would write them. */
async function exportedBy(site: string): Promise<readonly Outgoing[]> {
  const {plan, roster, task} = consortium;
  const state = join(root, "state");
  const disk = await fleet.nodes.diskOf(site);
  const run = join("runs", runId(plan.hash, 1));
  const models = (await disk.list(join("/state", run, "models"))).map((name) => join(run, "models", name));
  await mkdir(join(state, run, "models"), {recursive: true});
  for (const file of ["formatVersion", "node.key", join(run, "journal"), ...models]) {
    await writeFile(join(state, file), (await disk.read(join("/state", file))) ?? "", {mode: 0o600});
  }
  const {
    certificates,
    hash,
    snapshot: values,
  } = await readFinalModel({state, plan, attempt: 1, task: task.task});
  const finished = {plan, planBytes, attempt: 1, roster, contract: contractText(task.task), certificates};
  const files = certifiedModel({...finished, result: {hash, values}}, exporterOf(site));
  expect(() => verifyModel(files, {roster, plan})).not.toThrow();
  return [...files].flatMap(([name, bytes]) => {
    const envelope = jsonOf({where: name, bytes});
    const payloads = valuesUnder(envelope, "payload").map((payload) =>
      Buffer.from(String(payload), "base64"),
    );
    return [bytes, ...payloads].map((part) => ({where: name, bytes: part}));
  });
}

describe("a certified model", () => {
  it("holds no id, no path, and no figure that hangs on labels", async () => {
    const files = await exportedBy("north");
    expect(findLeaks(files, MARKERS)).toEqual([]);
    const told = files.flatMap((file) => LABEL_FIGURES.flatMap((key) => valuesUnder(jsonOf(file), key)));
    expect(told).toEqual([]);
    const counts = files.flatMap((file) => valuesUnder(jsonOf(file), "counted"));
    expect(counts.length).toBeGreaterThan(0);
    for (const count of counts) expect(count).toBeGreaterThanOrEqual(10);
  });
});

describe("a planted leak", () => {
  const id = `${PATIENT}000042`;
  const around = (text: string | Uint8Array): Buffer =>
    Buffer.concat([Buffer.from("\x01ab"), Buffer.from(text), Buffer.from("z")]);

  it.each<[string, Uint8Array]>([
    ["plain", around(`{"patient":"${id}"}`)],
    ["base64", around(Buffer.from(`x${id}y`).toString("base64"))],
    ["base64 shifted", around(Buffer.from(`xy${id}y`).toString("base64"))],
    ["base64url", around(Buffer.from(`${id}??>>`).toString("base64url"))],
    ["hex", around(Buffer.from(id).toString("hex"))],
    ["HEX", around(Buffer.from(id).toString("hex").toUpperCase())],
    ["UTF-16", around(Buffer.from(id, "utf16le"))],
    ["UTF-16 big-endian", around(Buffer.from(id, "utf16le").swap16())],
    ["zlib", around(deflateSync(`some text and ${id} and more`))],
    ["gzip", around(gzipSync(`some text and ${id}`))],
    ["deflate", deflateRawSync(`some text and ${id}`)],
    ["base64 inside zlib", around(deflateSync(Buffer.from(id).toString("base64")))],
    ["the folder", around(join("/data", `${FOLDER}-abc`, "north.csv"))],
  ])("as %s is found", (_, bytes) => {
    expect(findLeaks([{where: "here", bytes}], MARKERS)).not.toEqual([]);
  });
});
