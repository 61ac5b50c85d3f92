import {spawnSync} from "node:child_process";
import {join} from "node:path";
import {builtModule, builtRoom} from "./built.ts";
import {type Figure, rounded} from "./figure.ts";

type ModelRoom = typeof import("../../src/model/index.ts");
type Optimizer = typeof import("../../src/training/optimizer.ts");
type Spec = Parameters<ModelRoom["layoutOf"]>[0];

const MIL: Spec = {architecture: "gated-attention-mil", embedding: 256, attention: 128, tiles: 256};
const MLP: Spec = {architecture: "mlp", hidden: [64, 32], activation: "relu"};
const ADAMW = {
  name: "adamw",
  learningRate: 1e-4,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
} as const;
const MIL_VS_CPU_BAR = 20;
const TURNS = 5;
const TORCH_PROGRAM = join(import.meta.dirname, "torch-step.py");

/** A training step that can be taken again: forward, backward and AdamW. */
type Step = () => void;

async function stepOf(backendName: "wasm" | "cpu" | "auto", spec: Spec): Promise<Step> {
  const {openBackend, initialParameters} = await builtRoom<ModelRoom>("model");
  const {initialOptimizerState, optimizerStep} = await builtModule<Optimizer>("training/optimizer");
  const {backend} = await openBackend(backendName);
  const isBag = spec.architecture === "gated-attention-mil";
  const [n, features] = isBag ? [1, 1024] : [32, 30];
  const d = isBag ? spec.tiles * (features + 1) : features;
  const model = backend.build(spec, features);
  const parameters = initialParameters(spec, features, 1);
  const gradient = new Float32Array(parameters.length);
  const state = initialOptimizerState(ADAMW, parameters.length);
  const values = Float32Array.from({length: n * d}, (_, index) =>
    isBag && index % (features + 1) === features ? 1 : Math.sin(index),
  );
  const labels = Uint8Array.from({length: n}, (_, row) => row % 2);
  return () => {
    model.lossAndGradient(parameters, {n, d, values, labels}, gradient);
    optimizerStep(ADAMW, state, parameters, gradient);
  };
}

function bestMs(step: Step, steps: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let count = 0; count < steps; count++) {
    const startMs = performance.now();
    step();
    best = Math.min(best, performance.now() - startMs);
  }
  return best;
}

/** How many times faster a MIL step is on wasm than on tfjs' plain backend; both in turn, best of each turn. */
export async function measureMilVsCpu(): Promise<Figure> {
  const wasm = await stepOf("wasm", MIL);
  const cpu = await stepOf("cpu", MIL);
  const runs: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) runs.push(rounded(bestMs(cpu, 2) / bestMs(wasm, 10)));
  return {name: "training/mil-vs-cpu", value: Math.max(...runs), unit: "x", reference: MIL_VS_CPU_BAR, runs};
}

/** Best step of PyTorch on one thread, in ms; null where python3 has no torch. */
function torchMs(model: "mil" | "mlp"): number | null {
  const env = {...process.env, OMP_NUM_THREADS: "1"};
  const {status, stdout} = spawnSync("python3", [TORCH_PROGRAM, model], {env, encoding: "utf8"});
  return status === 0 ? Number(stdout) : null;
}

/** A step on the backend of choice over one of PyTorch on one thread, where that is installed. */
export async function measureVsTorch(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [model, spec, steps] of [
    ["mil", MIL, 20],
    ["mlp", MLP, 300],
  ] as const) {
    const step = await stepOf("auto", spec);
    bestMs(step, 3);
    const runs: number[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      const torch = torchMs(model);
      if (torch === null) break;
      runs.push(rounded(bestMs(step, steps) / torch));
    }
    if (runs.length === 0) continue;
    const name = `training/${model}-step-vs-torch1`;
    figures.push({name, value: Math.min(...runs), unit: "x", reference: null, runs});
  }
  if (figures.length === 0) console.log("skipped: training/*-vs-torch1 (python3 has no torch)");
  return figures;
}
