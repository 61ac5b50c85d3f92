/*
 * Each hospital of swarm-tcga-crc left out once for each seed: real daemons train on the others, the one left out
 * evaluates. Central FedAvg of the same seed, the STAMP form of the data, and controls that must fail stand beside.
 */
import {resolveRequest} from "../../src/cli/demo/request.ts";
import {systemClock} from "../../src/core/index.ts";
import type {PatientMatrix} from "../../src/data/index.ts";
import {auroc} from "../../src/evaluation/index.ts";
import {type ComputeBackend, openBackend} from "../../src/model/index.ts";
import {readExternalSites, readSites, type SiteData} from "../../src/simulation/index.ts";
import {type LocalExperiment, scorePatients, type TrainedModel, trainFedAvg} from "../../src/study/index.ts";
import {builtModule} from "../bench/built.ts";
import {sharedDataFolder} from "../shared-data-folder.ts";
import {noiseOf, noiseTiles, permuteLabels} from "./controls.ts";
import {type Group, meanAuroc} from "./mean-auroc.ts";

const PRESET = "swarm-tcga-crc";
const HOSPITALS = ["A6", "D5", "G4"] as const;
const MODELS = ["local", "gossip", "pooled", "fedAvg", "stamp", "noise", "permuted"] as const;

type ModelName = (typeof MODELS)[number];

/** Patient scores `[n]` on the hospital left out; of `local` one for each hospital that trained. */
interface Scores extends Record<ModelName, readonly Float32Array[]> {
  readonly gossip: readonly [Float32Array];
  readonly fedAvg: readonly [Float32Array];
  readonly labels: Uint8Array;
}

/** One run: a seed and the hospital that trained nothing. */
export interface LeftOutRow {
  readonly seed: number;
  readonly left_out: string;
  readonly n: number;
  readonly positives: number;
  readonly backend: string;
  /** Runs until nobody missed a round. */
  readonly attempts: number;
  /** AUROC on all patients of the hospital left out; of `local` the mean over the models. */
  readonly auroc: Readonly<Record<ModelName, number>>;
  /** Largest difference of a patient's score between what the daemons learned and central FedAvg. */
  readonly gossip_minus_fed_avg: number;
}

interface Run {
  readonly row: LeftOutRow;
  readonly scores: Scores;
}

/** As built: its trainings run in threads, whose module is a built one. */
type RunDemo = typeof import("../../src/cli/demo/run-demo.ts");

const MOST_ATTEMPTS = 4;
const sink = {write: () => true};
const rounded = (value: number): number => Number(value.toFixed(6));

function sharedStandardiser({
  parameters,
  standardisers,
}: Awaited<ReturnType<typeof trainFedAvg>>): TrainedModel {
  const [standardiser] = standardisers;
  if (standardiser === undefined) throw new RangeError("no site trained");
  return {parameters, standardiser};
}

async function centralScores(
  experiment: LocalExperiment,
  sites: readonly SiteData[],
  rows: PatientMatrix,
): Promise<Float32Array> {
  return scorePatients(experiment, sharedStandardiser(await trainFedAvg(experiment, sites)), rows).scores;
}

async function stampScores(experiment: LocalExperiment, leftOut: string, sites: readonly string[]) {
  const {seed} = experiment.plan;
  const request = await resolveRequest({data: `${PRESET}-stamp`, external: leftOut, seed}, environment());
  const trainers = await readSites({...request, sites});
  const [external] = await readExternalSites({...request, sites: [leftOut]});
  if (external === undefined) throw new RangeError("the hospital left out was not read");
  return await centralScores(experiment, trainers, external.split.test);
}

const environment = () => ({...process.env, CONSILIUM_SHARED_DATA: sharedDataFolder()});

async function demo(backend: ComputeBackend, seed: number, leftOut: string) {
  const request = await resolveRequest({data: PRESET, external: leftOut, seed}, environment());
  const {runDemo} = await builtModule<RunDemo>("cli/demo/run-demo");
  const signal = new AbortController().signal;
  for (let attempts = 1; ; attempts++) {
    const run = await runDemo(request, {backend, clock: systemClock, sink, signal, isKept: false});
    // A run in which a hospital missed a round is another experiment, and is made again.
    if (run.report.absent.length === 0 || attempts === MOST_ATTEMPTS) return {...run, attempts};
  }
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, patient) => Math.max(most, Math.abs(value - (b[patient] ?? Number.NaN))), 0);
}

async function runOf(backend: ComputeBackend, seed: number, leftOut: string): Promise<Run> {
  const {contest, report, attempts} = await demo(backend, seed, leftOut);
  const {experiment, baselines, evaluators, final} = contest;
  const rows = evaluators[0]?.split.test;
  if (rows === undefined || final.standardiser === null) throw new RangeError("nobody was left out");
  const score = (model: TrainedModel): Float32Array => scorePatients(experiment, model, rows).scores;
  const gossip = {parameters: final.parameters, standardiser: final.standardiser};
  const {labels} = scorePatients(experiment, gossip, rows);
  const {members} = baselines;
  const scores: Scores = {
    labels,
    local: members.map(({local}) => score(local)),
    gossip: [score(gossip)],
    pooled: [score(baselines.pooled)],
    fedAvg: [await centralScores(experiment, members, rows)],
    stamp: [
      await stampScores(
        experiment,
        leftOut,
        members.map(({name}) => name),
      ),
    ],
    noise: [await centralScores(experiment, members.map(noiseTiles(seed)), noiseOf(rows, seed, leftOut))],
    permuted: [await centralScores(experiment, members.map(permuteLabels(seed)), rows)],
  };
  const mean = (name: ModelName): number =>
    rounded(
      scores[name].reduce((sum, each) => sum + (auroc(labels, each) ?? Number.NaN), 0) / scores[name].length,
    );
  const row: LeftOutRow = {
    seed,
    left_out: leftOut,
    n: labels.length,
    positives: labels.reduce((sum, label) => sum + label, 0),
    backend: report.backend,
    attempts,
    auroc: Object.fromEntries(MODELS.map((name) => [name, mean(name)])) as LeftOutRow["auroc"],
    gossip_minus_fed_avg: Number(largestDifference(scores.gossip[0], scores.fedAvg[0]).toExponential(2)),
  };
  console.log(PRESET, seed, leftOut, JSON.stringify(row.auroc), row.gossip_minus_fed_avg);
  return {row, scores};
}

function groupsOf(runs: readonly Run[], name: ModelName): Group[] {
  return HOSPITALS.map((hospital) => {
    const own = runs.filter(({row}) => row.left_out === hospital);
    return {
      name: hospital,
      labels: own[0]?.scores.labels ?? new Uint8Array(),
      scores: own.flatMap(({scores}) => scores[name]),
    };
  });
}

function barsOf(runs: readonly Run[], mean: (name: ModelName) => number) {
  const largest = Math.max(...runs.map(({row}) => row.gossip_minus_fed_avg));
  const bar = (limit: number, value: number, isMet: boolean) => ({bar: limit, value: rounded(value), isMet});
  const below = mean("pooled") - mean("gossip");
  const above = mean("gossip") - mean("local");
  const stamp = Math.abs(mean("stamp") - mean("fedAvg"));
  return {
    gossip_equals_fed_avg: bar(1e-4, largest, largest <= 1e-4),
    gossip_below_pooled: bar(0.03, below, Math.abs(below) <= 0.03),
    gossip_above_local: bar(0, above, above > 0),
    stamp_equals_npy: bar(0.005, stamp, stamp <= 0.005),
    noise: bar(0.1, Math.abs(mean("noise") - 0.5), Math.abs(mean("noise") - 0.5) <= 0.1),
    permuted: bar(0.1, Math.abs(mean("permuted") - 0.5), Math.abs(mean("permuted") - 0.5) <= 0.1),
  };
}

/** Every hospital left out for every seed, with means, patient intervals and the bars. */
export async function leaveEachOut(seeds: readonly number[]) {
  const {backend} = await openBackend("auto");
  const runs: Run[] = [];
  for (const seed of seeds) {
    for (const leftOut of HOSPITALS) runs.push(await runOf(backend, seed, leftOut));
  }
  backend.close();
  const summary = Object.fromEntries(MODELS.map((name) => [name, meanAuroc(groupsOf(runs, name))]));
  return {
    backend: runs[0]?.row.backend,
    auroc: summary,
    bars: barsOf(runs, (name) => summary[name]?.mean ?? Number.NaN),
    rows: runs.map(({row}) => row),
  };
}

/** One run again. */
export async function leaveOneOutAgain(seed: number): Promise<LeftOutRow> {
  const {backend} = await openBackend("auto");
  try {
    return (await runOf(backend, seed, HOSPITALS[0])).row;
  } finally {
    backend.close();
  }
}
