import type {Experiment} from "../../config/index.ts";
import {codecOf, contributionSize} from "../../parameters/index.ts";
import {examplesOf, stepsOf} from "../../training/index.ts";
import type {Trial} from "./trial.ts";

const BITS_PER_BYTE = 8;
const MEBIBYTE = 2 ** 20;

/** Mean milliseconds that `bytes` are under way between two nodes, the experiment's line speed included. */
export function transferMs({network}: Pick<Experiment, "network">, bytes: number): number {
  const {delay, bandwidthMbps} = network;
  const lineMs = bandwidthMbps === "unlimited" ? 0 : (bytes * BITS_PER_BYTE) / (1000 * bandwidthMbps);
  switch (delay.type) {
    case "constant":
      return delay.ms + lineMs;
    case "uniform":
      return (delay.leastMs + delay.mostMs) / 2 + lineMs;
    case "linear":
      return delay.overheadMs + (delay.perMebibyteMs * bytes) / MEBIBYTE + lineMs;
    default:
      return delay.medianMs * Math.exp(delay.sigma ** 2 / 2) + lineMs;
  }
}

/** Virtual milliseconds of a site's local steps. */
export function stepsMs({compute}: Pick<Experiment, "compute">, site: string, steps: number): number {
  return steps * (compute.sites[site] ?? compute.stepMs);
}

/** What a method has cost after so many rounds: virtual seconds, and bytes that all nodes together have sent. */
export type Cost = (rounds: number) => {readonly seconds: number; readonly bytes: number};

function slowestMs({experiment, cohort, plan}: Trial, steps: number | null): number {
  const times = cohort.sites.map(({name, split}) =>
    stepsMs(experiment, name, steps ?? stepsOf(plan.training, examplesOf(plan.model, split.train))),
  );
  return Math.max(...times);
}

/**
 * One machine in the middle: each node sends its model in binary32 and is sent the result, one after another over the
 * middle's line; a round takes as long as the slowest node's steps and the way there and back.
 * @param steps between two merges; null: the plan's round
 */
export function starCost(
  trial: Trial,
  {values, steps}: {readonly values: number; readonly steps: number | null},
): Cost {
  const size = contributionSize(codecOf("f32"), values);
  const nodes = trial.cohort.sites.length;
  const lineMs = transferMs(trial.experiment, nodes * size);
  const roundMs = slowestMs(trial, steps) + 2 * lineMs;
  return (rounds) => ({seconds: (rounds * roundMs) / 1000, bytes: 2 * nodes * size * rounds});
}

/** A ring: each node sends its model in binary32 to both neighbours. */
export function ringCost(trial: Trial, values: number): Cost {
  const size = contributionSize(codecOf("f32"), values);
  const {length} = trial.cohort.sites;
  const neighbours = Math.min(2, length - 1);
  const roundMs = slowestMs(trial, null) + transferMs(trial.experiment, neighbours * size);
  return (rounds) => ({seconds: (rounds * roundMs) / 1000, bytes: neighbours * length * size * rounds});
}
