import {attemptPeriod, type RoundSpec} from "../../rounds/index.ts";
import {lineSpeed, meanDelayMs, stepMs} from "./link-times.ts";
import type {SimulatedNetwork} from "./network.ts";

/**
 * Number of consecutive one-way delays in a round, by the way of mixing. Every round: ready and start, and at
 * the end the proposal and the two votes. For a sum: a part's request and the part, the announcement of the
 * sum, its request and the sum. For each phase: the announcement of a mass, its request and the mass; after
 * the last phase the request of the result that all adopt, and the result. For a rule: a request and the
 * contribution.
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
 * Estimates a round's virtual seconds without sending messages. The estimate adds the slowest site's local
 * steps, the consecutive mean delays of the slowest link, and the average bytes that a node sends and takes
 * over the slowest line. Disks and the size of the frames themselves are left out.
 * @param bytes of parameters that all nodes together send in the round
 * @param units number of times that each site takes its local steps; in a segment exchanges run alongside
 */
export function roundSeconds(
  {trial: {experiment}, sites}: SimulatedNetwork,
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
