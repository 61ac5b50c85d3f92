import {attemptPeriod, type RoundSpec} from "../../gossip/index.ts";
import {lineSpeed, meanDelayMs, stepMs} from "./link-times.ts";
import type {Network} from "./network.ts";

/**
 * One-way delays of a round that follow one another, by how it mixes: ready, start, then for a sum a part's request
 * and the part, the word of the sum, its request and the sum; for each phase the word of a mass, its request and the
 * mass, and after the last one the request of the result that all adopt, and the result; for a rule a request and the
 * contribution; at last the proposal and the two votes.
 */
const AROUND_DELAYS = 5;
const SUM_DELAYS = 5;
const PHASE_DELAYS = 3;
const ADOPTION_DELAYS = 2;
const RULE_DELAYS = 2;

function delaysOf({mixing}: RoundSpec, members: number): number {
  if (mixing.kind === "all") return AROUND_DELAYS + SUM_DELAYS;
  if (mixing.kind === "robust") return AROUND_DELAYS + RULE_DELAYS;
  const phases = attemptPeriod(mixing.schedule, members, {run: "", round: 0, ballot: 0}).length;
  return AROUND_DELAYS + phases * PHASE_DELAYS + ADOPTION_DELAYS;
}

/**
 * An estimate of a round's virtual seconds where no message is sent: the slowest site's local steps, as many mean
 * delays of the slowest link as follow one another, and the bytes that a node sends and takes on average over the
 * slowest line. Disks and what the frames themselves weigh are left out.
 * @param bytes of parameters that all nodes together send in the round
 * @param units times that each site takes its local steps; in a segment exchanges go on beside them
 */
export function roundSeconds(
  {trial: {experiment}, sites}: Network,
  spec: RoundSpec,
  {bytes, units}: {readonly bytes: number; readonly units: number},
): number {
  const {network} = experiment;
  const trainingMs = sites.map((site) => units * site.steps * stepMs(experiment, site.name));
  const slowestMs = trainingMs.reduce((most, ms) => Math.max(most, ms), 0);
  const names = sites.map(({name}) => name);
  const delayMs = names.reduce((most, name) => Math.max(most, meanDelayMs(network, name, name)), 0);
  const speed = names.reduce(
    (least, name) => Math.min(least, lineSpeed(network, name)),
    Number.POSITIVE_INFINITY,
  );
  const transferMs = (2 * bytes) / Math.max(1, sites.length) / speed;
  return (slowestMs + delaysOf(spec, sites.length) * delayMs + transferMs) / 1000;
}
