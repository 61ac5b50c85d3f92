import {launch} from "./child.ts";
import {type Figure, leastOf, rounded} from "./figure.ts";
import type {RunCost, SimulationRun} from "./simulation-run.ts";
import type {MeasuredNetwork} from "./simulation-trials.ts";

/** A run takes long, and the longest of them are few. */
const RUNS = 2;
const EXCHANGES = 1_000_000;
const TIMEOUT_MS = 1_800_000;

/** Softmax of 10 classes on 99 features, which is 1,000 parameters; each node takes one local step. */
const SOFTMAX = {
  rows: 10,
  features: 99,
  classes: 10,
  model: {architecture: "logistic"},
  rounds: 1,
  localSteps: 1,
  batchSize: 4,
  codec: "f32",
  engine: "fast",
} as const;

function tenThousand(nodes: number, exchanges: number): MeasuredNetwork {
  return {...SOFTMAX, nodes, schedule: {name: "random", steps: Math.round((2 * exchanges) / nodes)}};
}

const THOUSAND: MeasuredNetwork = {
  ...SOFTMAX,
  nodes: 1000,
  rows: 64,
  features: 32,
  model: {architecture: "mlp", hidden: [64], activation: "relu"},
  rounds: 10,
  localSteps: 20,
  batchSize: 16,
  schedule: "all",
  codec: "fp16",
};

const TWENTY: MeasuredNetwork = {
  ...THOUSAND,
  nodes: 20,
  rows: 248,
  features: 512,
  classes: 2,
  model: {architecture: "mlp", hidden: [512, 256, 256, 128], activation: "relu"},
  rounds: 50,
  localSteps: 4,
  batchSize: 124,
};

async function costOf(network: MeasuredNetwork): Promise<RunCost> {
  const child = launch<SimulationRun>(new URL("./simulation-run.ts", import.meta.url), TIMEOUT_MS);
  try {
    return await child.call("run", network);
  } finally {
    await child.stop();
  }
}

async function costs(network: MeasuredNetwork): Promise<readonly RunCost[]> {
  const runs: RunCost[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await costOf(network));
  if (new Set(runs.map(({stateHash}) => stateHash)).size > 1) throw new Error("two runs ended differently");
  return runs;
}

/** Seconds by the clock, held to the bar, and of the processor, from which others take less. */
function seconds(name: string, runs: readonly RunCost[], bar: number): Figure[] {
  return [
    leastOf(
      name,
      "s",
      runs.map(({wallS}) => wallS),
      bar,
    ),
    leastOf(
      `${name.replace(/-s$/, "")}-processor-s`,
      "s",
      runs.map(({processorS}) => processorS),
      null,
    ),
  ];
}

/** A network of 10,000 nodes and 1,000,000 pair exchanges of 1,000 parameters, by the fast engine, training included. */
export async function measureTenThousandNodes(): Promise<Figure[]> {
  const runs = await costs(tenThousand(10_000, EXCHANGES));
  const peaks = runs.map(({peakMib}) => peakMib);
  return [
    ...seconds("simulation/10k-nodes-1m-exchanges-s", runs, 15),
    leastOf("simulation/10k-nodes-mib", "MiB", peaks, 2048),
  ];
}

/** How much more processor time an exchange takes among 10,000 nodes than among 1,000: 1 is flat. */
export async function measureFlatness(): Promise<Figure[]> {
  const perExchange = async (nodes: number): Promise<number> => {
    const [many, few] = [400_000, 100_000];
    const long = await costOf(tenThousand(nodes, many));
    const short = await costOf(tenThousand(nodes, few));
    return (long.processorS - short.processorS) / (many - few);
  };
  const ratio = (await perExchange(10_000)) / (await perExchange(1000));
  const name = "simulation/exchange-10k-vs-1k";
  return [{name, value: rounded(ratio), unit: "times", reference: 1.5, runs: [rounded(ratio)]}];
}

/** Microseconds of the processor that one pair exchange takes on the full path, every message and write included. */
async function fullExchangeUs(nodes: number): Promise<number> {
  const [many, few] = [40, 10];
  const at = (steps: number): MeasuredNetwork => ({
    ...SOFTMAX,
    nodes,
    engine: "full",
    schedule: {name: "random", steps},
  });
  const long = await costOf(at(many));
  const short = await costOf(at(few));
  return (1e6 * (long.processorS - short.processorS)) / (((many - few) * nodes) / 2);
}

/**
 * The full path: frames name at most 1,024 members, so 10,000 sessions can not be; what an exchange costs is measured
 * among as many as are told, and a million of them is that times a million.
 */
export async function measureFullPath(): Promise<Figure[]> {
  const sizes = [64, 256, 512];
  const costsUs: number[] = [];
  for (const nodes of sizes) costsUs.push(await fullExchangeUs(nodes));
  const runs = costsUs.map(rounded);
  const last = runs.at(-1) ?? Number.NaN;
  return [
    {name: "simulation/full-exchange-us", value: last, unit: "us", reference: null, runs},
    {name: "simulation/1m-exchanges-full-extrapolated-s", value: last, unit: "s", reference: 60, runs},
  ];
}

/** 1,000 nodes with a perceptron of 2,762 parameters, 10 rounds of 20 local steps. */
export async function measureThousandNodes(): Promise<Figure[]> {
  return seconds("simulation/1k-nodes-mlp-s", await costs(THOUSAND), 300);
}

/** 20 nodes with 492,801 parameters, 50 rounds of 4 steps of batch 124. */
export async function measureTwentyNodes(): Promise<Figure[]> {
  return seconds("simulation/20-nodes-50-rounds-s", await costs(TWENTY), 300);
}
