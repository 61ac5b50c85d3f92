/*
 * Experiments of the simulator's figures: invented rows, made as fast as they can be, since nothing is learned here.
 */
import type {Experiment} from "../../src/config/index.ts";
import type {Plan} from "../../src/consortium/index.ts";
import type {PatientMatrix} from "../../src/data/index.ts";
import type {Cohort, Trial} from "../../src/simulation/index.ts";
import {builtRoom, type Core} from "./built.ts";

type Config = typeof import("../../src/config/index.ts");
type Consortium = typeof import("../../src/consortium/index.ts");
type Simulation = typeof import("../../src/simulation/index.ts");

const {createRandom} = await builtRoom<Core>("core");
const {composePlan, experimentSchema} = await builtRoom<Config>("config");
const {parsePlan} = await builtRoom<Consortium>("consortium");
const {openTrainerPool} = await builtRoom<Simulation>("simulation");

/** A network to be measured. */
export interface MeasuredNetwork {
  readonly nodes: number;
  readonly rows: number;
  readonly features: number;
  readonly classes: number;
  readonly model: Plan["model"];
  readonly rounds: number;
  readonly localSteps: number;
  readonly batchSize: number;
  readonly schedule: Extract<Plan["mixing"], {mode: "rounds"}>["schedule"];
  readonly codec: "f32" | "fp16";
  readonly engine: "fast" | "full";
}

function rowsOf({rows: n, features: d, classes}: MeasuredNetwork, seed: number): PatientMatrix {
  const random = createRandom({seed, site: "", round: 0, purpose: "bench"});
  const values = Float32Array.from({length: n * d}, () => random.uniform() - 0.5);
  const labels = Uint8Array.from({length: n}, (_, row) => row % classes);
  return {n, d, values, labels, patients: n, patientOf: Uint32Array.from({length: n}, (_, row) => row)};
}

function cohortOf(network: MeasuredNetwork): Cohort {
  const shared = Array.from({length: 16}, (_, index) => rowsOf(network, index));
  const nobody = rowsOf({...network, rows: 0}, 0);
  const none = {rows: 0, patients: 0, positivePatients: 0, negativePatients: 0};
  const sites = Array.from({length: network.nodes}, (_, index) => {
    const train = shared[index % shared.length] ?? nobody;
    const parts = {train, validation: nobody, test: nobody};
    const counts = {train: none, validation: none, test: none};
    const split = {...parts, manifestHash: "00".repeat(32), counts, oneClassParts: []};
    return {name: `node-${String(index).padStart(5, "0")}`, split};
  });
  return {
    kind: network.classes > 2 ? "classes" : "binary",
    classes: network.classes,
    isSynthetic: true,
    source: "invented",
    contract: "00".repeat(32),
    input: {kind: "tabular"},
    features: Array.from({length: network.features}, (_, index) => ({name: `x${index}`, low: -1, high: 1})),
    sites,
    external: [],
  };
}

function experimentOf({
  model,
  rounds,
  localSteps,
  batchSize,
  schedule,
  codec,
  engine,
}: MeasuredNetwork): Experiment {
  const modes = {features: 1, classes: 2, modes: 1, spread: 1, train: 2, test: 2};
  return experimentSchema.parse({
    formatVersion: 1,
    name: "bench",
    title: "Bench",
    data: {source: "modes", ...modes, partition: {type: "iid", nodes: 2, minimum: 1}},
    plan: {
      rounds,
      task: {standardisation: "none"},
      model,
      training: {
        optimizer: {name: "sgd", learningRate: 0.05, momentum: 0, weightDecay: 0},
        batchSize,
        localSteps,
        proximal: 0,
        driftCorrection: "none",
        normalisation: "none",
        local: [],
      },
      mixing: {mode: "rounds", schedule, codec, robust: "none", outer: "none"},
      weights: {unit: "patients", reference: 1024, cap: 1024},
      quorum: {weightShare: 0},
      deadline: {minimumSeconds: 60, maximumSeconds: 600},
      privacy: {clip: 1e6, noise: "none", secureSums: "none", disclosure: "public"},
      evaluation: {stopRule: "none", test: "once"},
      numerics: {parameters: "f32", accumulation: "f64"},
      retention: {models: 1},
    },
    metrics: ["accuracy"],
    engine,
    network: {delay: {type: "constant", ms: 5}},
  });
}

/** Opens the experiment; who does closes its pool. */
export async function openTrial(network: MeasuredNetwork): Promise<Trial> {
  const experiment = experimentOf(network);
  const cohort = cohortOf(network);
  const facts = {
    name: "bench",
    consortium: "bench",
    task: {name: "bench", contract: cohort.contract, input: {kind: "tabular"} as const},
    start: {members: 1, patients: 1, waitSeconds: 60},
  };
  const {plan} = parsePlan(composePlan({formatVersion: 1, ...experiment.plan, seed: 1}, facts), "plan.yaml");
  const {model: spec, training, seed} = plan;
  const pool = await openTrainerPool({spec, training, seed, backend: "auto", cohort});
  return {experiment, point: {}, seed, plan, cohort, pool, signal: new AbortController().signal};
}
