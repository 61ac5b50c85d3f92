/*
 * Measures the project's performance figures: `npm run bench [-- --json FILE] [--only NAME]`. NAME is a figure or the
 * beginning of one. Each figure is the best of five runs; docs/evidence/performance-notebook.md says how each is measured.
 */
import {access, constants, readFile, writeFile} from "node:fs/promises";
import path from "node:path";
import {parseArgs} from "node:util";
import {calibrate} from "./bench/calibration.ts";
import {measureEventLoop, measureMilEventLoop} from "./bench/event-loop.ts";
import {measureGoodput, measureWireBytes} from "./bench/exchange.ts";
import {measureExchangeCost, measureRoundCost} from "./bench/exchange-cost.ts";
import type {Figure} from "./bench/figure.ts";
import {measureHealth} from "./bench/health.ts";
import {measureIdleMemory} from "./bench/idle-memory.ts";
import {measureJoin} from "./bench/join.ts";
import {measureCodecs, measureMean} from "./bench/kernels.ts";
import {measureRound} from "./bench/rounds.ts";
import {
  measureFlatness,
  measureFullPath,
  measureTenThousandNodes,
  measureThousandNodes,
  measureTwentyNodes,
} from "./bench/simulation.ts";
import {measureStart} from "./bench/start.ts";
import {measureSumCheck} from "./bench/sum-check.ts";
import {measureTileFile} from "./bench/tile-file.ts";
import {measureTraffic} from "./bench/traffic.ts";
import {measureMilVsCpu, measureVsTorch} from "./bench/training-step.ts";

const {values: options} = parseArgs({options: {json: {type: "string"}, only: {type: "string"}}});

// Before an hour of measuring, and not after it.
if (options.json !== undefined) await access(path.dirname(path.resolve(options.json)), constants.W_OK);

const machine = calibrate();
const {syncMs} = machine;

/** What measures which figures. */
const BENCHES: readonly {readonly names: readonly string[]; measure(): Promise<readonly Figure[]>}[] = [
  {
    names: ["exchange/goodput-vs-tls", "exchange/goodput-libp2p", "exchange/goodput-tls"],
    measure: measureGoodput,
  },
  {names: ["exchange/wire-bytes-vs-tls"], measure: measureWireBytes},
  {
    names: ["gossip/round-4x10857-ms"],
    measure: async () => [await measureRound("gossip/round-4x10857-ms", 10_857, {barMs: 30, syncMs})],
  },
  {
    names: ["gossip/round-4x1m-ms"],
    measure: async () => [await measureRound("gossip/round-4x1m-ms", 1_000_000, {barMs: 150, syncMs})],
  },
  {names: ["gossip/sum-check-4x1m-ms"], measure: async () => [measureSumCheck()]},
  {names: ["gossip/exchange-4k-us"], measure: async () => [measureExchangeCost()]},
  {names: ["gossip/round-4k-us"], measure: async () => [measureRoundCost()]},
  {names: ["gossip/bytes-per-node-vs-model"], measure: async () => [measureTraffic()]},
  {names: ["cli/start-ms"], measure: async () => [measureStart()]},
  {names: ["join/4-daemons-s"], measure: async () => [await measureJoin()]},
  {names: ["daemon/idle-rss-mib"], measure: async () => [await measureIdleMemory()]},
  {names: ["daemon/healthz-p99-ms"], measure: async () => [await measureHealth()]},
  {names: ["daemon/event-loop-p99-ms"], measure: async () => [await measureEventLoop()]},
  {names: ["daemon/event-loop-mil-p99-ms"], measure: async () => [await measureMilEventLoop()]},
  {names: ["training/mil-vs-cpu"], measure: async () => [await measureMilVsCpu()]},
  {names: ["training/mil-step-vs-torch1", "training/mlp-step-vs-torch1"], measure: measureVsTorch},
  {names: ["kernels/mean8-vs-copy", "kernels/mean8-vs-loop"], measure: async () => measureMean()},
  {
    names: ["fp16", "int8"].flatMap((name) => [
      `kernels/${name}-encode-vs-copy`,
      `kernels/${name}-decode-vs-copy`,
    ]),
    measure: async () => measureCodecs(),
  },
  {
    names: [
      "simulation/10k-nodes-1m-exchanges-s",
      "simulation/10k-nodes-1m-exchanges-processor-s",
      "simulation/10k-nodes-mib",
    ],
    measure: measureTenThousandNodes,
  },
  {names: ["simulation/exchange-10k-vs-1k"], measure: measureFlatness},
  {
    names: ["simulation/full-exchange-us", "simulation/1m-exchanges-full-extrapolated-s"],
    measure: measureFullPath,
  },
  {
    names: ["simulation/1k-nodes-mlp-s", "simulation/1k-nodes-mlp-processor-s"],
    measure: measureThousandNodes,
  },
  {
    names: ["simulation/20-nodes-50-rounds-s", "simulation/20-nodes-50-rounds-processor-s"],
    measure: measureTwentyNodes,
  },
  {names: ["data/h5-10000x1024-s"], measure: async () => [await measureTileFile()]},
];

function lineOf({name, value, unit, reference, runs}: Figure): string {
  const bar = reference === null ? "" : `  (bar ${Number(reference.toPrecision(4))})`;
  return `${name.padEnd(28)} ${String(value).padStart(8)} ${unit}${bar}  runs: ${runs.join(" ")}`;
}

const prefix = options.only ?? "";
const chosen = BENCHES.filter(({names}) => names.some((name) => name.startsWith(prefix)));
if (chosen.length === 0) {
  const names = BENCHES.flatMap((bench) => bench.names).join(", ");
  console.error(`No figure is called ${prefix}. Figures: ${names}.`);
  process.exit(2);
}
console.log(
  `machine: ${machine.cores} cores (${machine.cpu}), node ${machine.node}, load ${machine.load}; ` +
    `memory copy ${machine.memoryCopyGbPerS} GB/s, SHA-256 ${machine.sha256MbPerS} MB/s, fsync ${syncMs} ms`,
);
const figures: Figure[] = [];
for (const bench of chosen) {
  for (const figure of await bench.measure()) {
    if (!figure.name.startsWith(prefix)) continue;
    figures.push(figure);
    console.log(lineOf(figure));
  }
}
if (options.json !== undefined) {
  const {version} = JSON.parse(await readFile(path.join(import.meta.dirname, "../package.json"), "utf8"));
  const date = new Date().toISOString().slice(0, 10);
  const report = {schema: 1, date, versions: {consilium: version, node: process.version}, machine, figures};
  await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
}
