import {afterAll, describe, expect, it} from "vitest";
import {z} from "zod";
import {plantTree} from "./planting.ts";

const ROOMS = (
  "core drawing parameters schedules robust rounds segments gossip membership privacy ledger model evaluation training network storage " +
  "consortium data participant node status simulation study report config lineage cli"
).split(" ");

/** Edges that the rules must let pass; the second half of a cycle is reported at its first. */
const ALLOWED: readonly (readonly [file: string, imported: string])[] = [
  ["gossip/allowed.ts", "parameters"],
  ["privacy/allowed.ts", "parameters"],
  ["model/allowed.ts", "parameters"],
  ["model/backend/allowed.ts", "@tensorflow/tfjs-core"],
  ["training/allowed-data.ts", "data"],
  ["training/allowed-model.ts", "model"],
  ["consortium/allowed.ts", "storage"],
  ["consortium/allowed-bytes.ts", "uint8arrays"],
  ["consortium/allowed-cid.ts", "multiformats/cid"],
  ["network/libp2p/allowed.ts", "libp2p"],
  ["network/allowed-polyfill.ts", "../core/polyfill.ts"],
  ["participant/allowed-consortium.ts", "consortium"],
  ["participant/allowed-data.ts", "data"],
  ["participant/allowed-training.ts", "training"],
  ["rounds/allowed-robust.ts", "robust"],
  ["segments/allowed.ts", "rounds"],
  ["gossip/allowed-segments.ts", "segments"],
  ["simulation/allowed.ts", "config"],
  ["study/allowed.ts", "simulation"],
  ["report/allowed.ts", "study"],
  ["status/allowed.ts", "node"],
  ["lineage/allowed.ts", "node"],
  ["status/dashboard/dashboard-files.ts", "node:fs/promises"],
  ["status/dashboard/client/allowed.ts", "./by-type.ts"],
  ["status/dashboard/client/allowed-drawing.ts", "drawing"],
  ["report/allowed-drawing.ts", "drawing"],
  ["core/cycle-b.ts", "./cycle-a.ts"],
  ["cli/allowed.ts", "simulation"],
  ["cli/allowed-time.ts", "node:process"],
];

/** One planted import: the importing file (in src), what it imports, and the rule that must name it. */
type Fault = readonly [file: string, imported: string, rule: string];

const FAULTS: readonly Fault[] = [
  ["core/upwards.ts", "parameters", "core-imports-downwards"],
  ["core/sideways.ts", "drawing", "core-imports-downwards"],
  ["drawing/sideways.ts", "core", "drawing-imports-downwards"],
  ["parameters/sideways.ts", "gossip", "parameters-imports-downwards"],
  ["schedules/sideways.ts", "parameters", "schedules-imports-downwards"],
  ["robust/sideways.ts", "rounds", "robust-imports-downwards"],
  ["rounds/sideways.ts", "segments", "rounds-imports-downwards"],
  ["segments/sideways.ts", "gossip", "segments-imports-downwards"],
  ["gossip/sideways.ts", "model", "gossip-imports-downwards"],
  ["membership/sideways.ts", "rounds", "membership-imports-downwards"],
  ["privacy/upwards.ts", "network", "privacy-imports-downwards"],
  ["ledger/sideways.ts", "parameters", "ledger-imports-downwards"],
  ["model/upwards.ts", "network", "model-imports-downwards"],
  ["model/status.ts", "status", "model-imports-downwards"],
  ["evaluation/sideways.ts", "parameters", "evaluation-imports-downwards"],
  ["training/network.ts", "network", "training-imports-downwards"],
  ["training/status.ts", "status", "training-imports-downwards"],
  ["network/data.ts", "data", "network-imports-downwards"],
  ["network/model.ts", "model", "network-imports-downwards"],
  ["network/training.ts", "training", "network-imports-downwards"],
  ["storage/sideways.ts", "consortium", "storage-imports-downwards"],
  ["consortium/sideways.ts", "network", "consortium-imports-downwards"],
  ["data/network.ts", "network", "data-imports-downwards"],
  ["data/status.ts", "status", "data-imports-downwards"],
  ["data/model.ts", "model", "data-imports-downwards"],
  ["participant/storage.ts", "storage", "participant-imports-downwards"],
  ["participant/network.ts", "network", "participant-imports-downwards"],
  ["participant/upwards.ts", "node", "participant-imports-downwards"],
  ["node/config.ts", "config", "node-imports-downwards"],
  ["node/status.ts", "status", "node-imports-downwards"],
  ["node/simulation.ts", "simulation", "node-imports-downwards"],
  ["node/cli.ts", "cli", "node-imports-downwards"],
  ["status/sideways.ts", "config", "status-imports-downwards"],
  ["simulation/sideways.ts", "study", "simulation-imports-downwards"],
  ["study/sideways.ts", "report", "study-imports-downwards"],
  ["report/sideways.ts", "status", "report-imports-downwards"],
  ["lineage/sideways.ts", "config", "lineage-imports-downwards"],
  ["config/upwards.ts", "cli", "config-imports-downwards"],
  ["status/back-door.ts", "../node/inside.ts", "doors-only"],
  ["simulation/back-door.ts", "../node/inside.ts", "doors-only"],
  ["core/cycle-a.ts", "./cycle-b.ts", "no-cycle"],
  ["model/data.ts", "data", "model-imports-downwards"],
  ["drawing/files.ts", "node:fs", "pure-without-builtins"],
  ["gossip/built-in.ts", "node:crypto", "pure-without-builtins"],
  ["evaluation/files.ts", "node:fs", "pure-without-builtins"],
  ["participant/files.ts", "node:fs/promises", "pure-without-builtins"],
  ["parameters/timer.ts", "node:timers/promises", "pure-without-builtins"],
  ["privacy/tensors.ts", "@tensorflow/tfjs-core", "pure-with-few-packages"],
  ["gossip/peers.ts", "libp2p", "pure-with-few-packages"],
  ["model/tensors.ts", "@tensorflow/tfjs-core", "tensorflow-behind-backend"],
  ["training/tensors.ts", "@tensorflow/tfjs-backend-wasm", "tensorflow-behind-backend"],
  ["network/peers.ts", "@libp2p/interface", "libp2p-behind-network"],
  ["node/peers.ts", "libp2p", "libp2p-behind-network"],
  ["consortium/noise.ts", "@chainsafe/libp2p-noise", "libp2p-behind-network"],
  ["status/address.ts", "@multiformats/multiaddr", "libp2p-behind-network"],
  ["status/dashboard/client/node.ts", "node:events", "client-in-browser"],
  ["status/dashboard/client/package.ts", "zod", "client-in-browser"],
  ["status/dashboard/client/node-room.ts", "../../inside.ts", "client-in-browser"],
  ["status/dashboard/client/core.ts", "core", "client-in-browser"],
  ["status/dashboard/client/back-door.ts", "../../../drawing/inside.ts", "doors-only"],
  ["drawing/package.ts", "zod", "drawing-in-browser"],
  ["status/dashboard/client/by-value.ts", "../../answers/answer.ts", "client-knows-answers-by-type"],
  ["status/browser.ts", "./dashboard/client/allowed.ts", "client-stays-in-browser"],
  ["node/files.ts", "node:fs", "files-behind-storage"],
  ["training/files.ts", "node:fs/promises", "files-behind-storage"],
  ["simulation/report-files.ts", "node:fs", "files-behind-storage"],
  ["node/timer.ts", "node:timers/promises", "machine-behind-core"],
  ["network/process.ts", "node:process", "machine-behind-core"],
  ["cli/from-tests.ts", "../../test/setup/double.ts", "src-stands-alone"],
  ["cli/property.ts", "fast-check", "no-dev-dependency"],
  ["cli/nowhere.ts", "./missing.ts", "resolvable"],
];

function importLine([file, imported]: readonly [string, string, ...unknown[]]): readonly [string, string] {
  const up = "../".repeat(file.split("/").length - 1);
  const specifier = ROOMS.includes(imported) ? `${up}${imported}/index.ts` : imported;
  return [`src/${file}`, `import * as other from "${specifier}";\nexport const found = other;\n`];
}

const tree = plantTree(
  new Map([
    ...ROOMS.map((room) => [`src/${room}/index.ts`, 'import type {Inside} from "./inside.ts";\n'] as const),
    ...ROOMS.map((room) => [`src/${room}/inside.ts`, "export interface Inside {}\n"] as const),
    ...[...FAULTS, ...ALLOWED].map(importLine),
    ["src/core/polyfill.ts", "export {};\n"],
    ["src/status/dashboard/client/by-type.ts", 'export type {Answer} from "../../answers/answer.ts";\n'],
    ["src/status/answers/answer.ts", "export interface Answer {}\n"],
    ["src/core/type-a.ts", 'import type {B} from "./type-b.ts";\nexport type A = B[];\n'],
    ["src/core/type-b.ts", 'import type {A} from "./type-a.ts";\nexport type B = A[];\n'],
    ["src/storage/orphan.ts", "export const alone = 1;\n"],
    ["test/setup/double.ts", "export const double = 2;\n"],
  ]),
  [".dependency-cruiser.mjs"],
);
afterAll(() => tree.remove());

const REPORT = z.object({
  summary: z.object({
    violations: z.array(z.object({from: z.string(), rule: z.object({name: z.string()})})),
    ruleSetUsed: z.object({forbidden: z.array(z.object({name: z.string()}))}),
  }),
});
const {summary} = REPORT.parse(
  JSON.parse(tree.run("depcruise", "--config", ".dependency-cruiser.mjs", "--output-type", "json", "src")),
);
const found = summary.violations.map(({from, rule}) => `${from}: ${rule.name}`).sort();

describe("the rules between rooms", () => {
  it("name exactly the planted faults, each by its own rule", () => {
    const expected = [
      ...FAULTS.map(([file, , rule]) => `src/${file}: ${rule}`),
      "src/core/type-a.ts: no-cycle",
      "src/storage/orphan.ts: no-orphan",
    ];
    expect(found).toEqual(expected.sort());
  });

  it("all have a planted fault", () => {
    const proven = new Set(found.map((line) => line.split(": ")[1]));
    const rules = summary.ruleSetUsed.forbidden.map(({name}) => name);
    expect(rules.filter((rule) => !proven.has(rule))).toEqual([]);
  });
});
