/*
 * Runs of the gossip task in which three of sixteen sites do harm: rounds of one group through the daemon's own
 * protocol on virtual time. Everyone counts alike, for a weight is a member's own word.
 */
import {createRandom, sha256, toHex} from "../../src/core/index.ts";
import type {OuterOptimizer} from "../../src/parameters/index.ts";
import type {RobustRule} from "../../src/robust/index.ts";
import {
  type Certified,
  type Contribution,
  parameterArithmetic,
  type RoundSpec,
} from "../../src/rounds/index.ts";
import {type Attack, attackVector} from "../../src/simulation/index.ts";
import {GossipConsortium} from "./gossip-runs.ts";
import {
  accuracyOf,
  createGossipTask,
  type GossipTask,
  initialParameters,
  PARAMETERS,
  SITES,
} from "./gossip-task.ts";

/** Sites that do harm: the last ones. */
export const FAULTY = 3;
/** Rounds of a run. */
export const ROUNDS = 80;
const LOCAL_STEPS = 5;
const ALPHA = 0.1;
const LEARNING_RATE = 0.03;
const CLASSES = 10;
const EVENT_LIMIT = 20_000_000;

/** What the bad sites do: nothing, train on labels turned round, or hand over what an {@link Attack} makes. */
export type Harm = "none" | "label-flip" | Attack;

/** One run. */
export interface ByzantineRun {
  readonly seed: number;
  readonly harm: Harm;
  /** Null for the plain mean. */
  readonly rule: RobustRule | null;
  /** Null where what the rule says is the next model. */
  readonly outer: OuterOptimizer | null;
}

const isBad = (site: number): boolean => site >= SITES - FAULTY;

function taskOf({seed, harm}: ByzantineRun): GossipTask {
  const task = createGossipTask(seed, ALPHA);
  if (harm !== "label-flip") return task;
  const sites = task.sites.map((samples, site) =>
    isBad(site) ? {...samples, labels: samples.labels.map((label) => CLASSES - 1 - label)} : samples,
  );
  return {...task, sites};
}

/** A rule applied by every member to the same bytes has one answer: it is worked out once. */
function rememberingArithmetic(): typeof parameterArithmetic {
  const answers = new Map<string, ReturnType<typeof parameterArithmetic.mixRobustly>>();
  return {
    ...parameterArithmetic,
    mixRobustly(rule, shape, contributions) {
      const key = contributions.map((bytes) => toHex(sha256(bytes))).join();
      const answer = answers.get(key) ?? parameterArithmetic.mixRobustly(rule, shape, contributions);
      answers.clear();
      answers.set(key, answer);
      return {...answer, values: answer.values.slice()};
    },
  };
}

/** What all sites hand over in a round, the bad ones knowing what the honest do; null when training has diverged. */
function updatesOf(
  consortium: GossipConsortium,
  {seed, harm}: ByzantineRun,
  round: number,
  reference: Float32Array,
): readonly Float32Array[] | null {
  const trained = consortium.members.map((member) => consortium.train(member, reference));
  if (!trained.every((update) => update.every(Number.isFinite))) return null;
  if (typeof harm === "string") return trained;
  const honest = trained.filter((_, site) => !isBad(site));
  return trained.map((own, site) => {
    if (!isBad(site)) return own;
    const random = createRandom({seed, site: `${site}`, round, purpose: "attack"});
    return Float32Array.from(attackVector(harm, {honest, own: [own], reference, faulty: FAULTY, random}));
  });
}

/** What the first round begins from: the parameters, and behind them the velocity of an outer optimiser. */
function initialSnapshot({seed, outer}: ByzantineRun): Float32Array {
  const initial = new Float32Array(outer === null ? PARAMETERS : 2 * PARAMETERS);
  initial.set(initialParameters(seed));
  return initial;
}

const nothing = (): readonly Float32Array[] =>
  Array.from({length: SITES}, () => new Float32Array(PARAMETERS));

/** The accuracy of the one model that all hold at the end, or that they held when training diverged. */
export function byzantineAccuracy(run: ByzantineRun): number {
  const {seed, rule, outer} = run;
  const shape = {seed, alpha: ALPHA, localSteps: LOCAL_STEPS, learningRate: LEARNING_RATE};
  const consortium = new GossipConsortium({...shape, steps: ROUNDS * LOCAL_STEPS}, taskOf(run));
  consortium.arithmetic = rememberingArithmetic();
  consortium.initial = initialSnapshot(run);
  let current = {round: -1, updates: nothing()};
  let result = consortium.initial;
  let hasDiverged = false;
  const contributionOf = (member: string, round: number, previous: Certified | null): Contribution => {
    if (current.round !== round) {
      const snapshot = previous?.snapshot.values ?? consortium.initial;
      const updates = updatesOf(consortium, run, round, snapshot.subarray(0, PARAMETERS));
      hasDiverged ||= updates === null;
      current = {round, updates: updates ?? nothing()};
    }
    const update = current.updates[consortium.members.indexOf(member)] ?? new Float32Array(PARAMETERS);
    return consortium.release(member, round, update, 1);
  };
  const mixing = (): Partial<RoundSpec> => ({
    outer,
    ...(rule === null ? {} : {mixing: {kind: "robust", rule}}),
  });
  const world = consortium.open(ROUNDS, mixing, {
    contributionOf,
    onCertified: (_, {certificate, snapshot}) => {
      if (certificate.body.contributors.length < SITES) throw new RangeError("a site missed a round");
      result = snapshot.values;
    },
  });
  consortium.start(world);
  world.run(() => world.isFinished || hasDiverged, EVENT_LIMIT);
  return accuracyOf(result, consortium.task.test);
}
