import {createRandom} from "../../src/core/index.ts";
import {auroc} from "../../src/evaluation/index.ts";

const DRAWS = 1000;

/** Scores of one group of patients by the models of several seeds. */
export interface Group {
  readonly name: string;
  /** `[n]`, each 0 or 1. */
  readonly labels: Uint8Array;
  /** By seed, `[n]` each. */
  readonly scores: readonly Float32Array[];
}

/** A mean AUROC over groups and seeds, and how far it depends on who the patients are. */
export interface MeanAuroc {
  readonly mean: number;
  /** Standard deviation over the patient samples. */
  readonly standardError: number;
  /** 95 % percentile interval over the patient samples. */
  readonly low: number;
  readonly high: number;
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function meanOf(groups: readonly Group[]): number {
  return average(
    groups.flatMap(({labels, scores}) => scores.map((each) => auroc(labels, each) ?? Number.NaN)),
  );
}

/** The group's patients drawn with replacement within each class; the same patients for all seeds. */
function redrawn({name, labels, scores}: Group, draw: number): Group {
  const random = createRandom({seed: 1, site: name, round: draw, purpose: "evidence bootstrap"});
  const ofClass = [0, 1].map((label) => [...labels.keys()].filter((patient) => labels[patient] === label));
  const patients = Uint32Array.from(labels, (label) => {
    const same = ofClass[label] ?? [];
    return same[random.below(same.length)] ?? 0;
  });
  return {
    name,
    labels,
    scores: scores.map((each) => Float32Array.from(patients, (patient) => each[patient] ?? 0)),
  };
}

/** The mean AUROC over `groups` and their seeds, with its patient bootstrap: 1,000 samples, classes kept in size. */
export function meanAuroc(groups: readonly Group[]): MeanAuroc {
  const samples = Array.from({length: DRAWS}, (_, draw) =>
    meanOf(groups.map((group) => redrawn(group, draw))),
  );
  samples.sort((a, b) => a - b);
  const center = average(samples);
  const variance = average(samples.map((value) => (value - center) ** 2));
  return {
    mean: meanOf(groups),
    standardError: Math.sqrt(variance),
    low: samples[Math.floor(0.025 * DRAWS)] ?? Number.NaN,
    high: samples[Math.ceil(0.975 * DRAWS) - 1] ?? Number.NaN,
  };
}
