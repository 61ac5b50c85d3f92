import {sha256} from "../../../core/index.ts";
import {modelsDistance} from "../../../parameters/index.ts";
import {type Certified, type Contribution, leaderOrder} from "../../../rounds/index.ts";
import {allEnded, unlessDiverged} from "../divergence.ts";
import {harmfulContribution} from "../harm.ts";
import {heldModels, stateHash} from "../held-models.ts";
import type {SimulatedNetwork} from "../network.ts";
import type {NetworkOutcome, NetworkRound, RoundHook} from "../network-outcome.ts";
import {roundSeconds} from "../round-time.ts";
import {LockstepSegment} from "./lockstep-segment.ts";
import {type DirectResult, mixDirectly} from "./mix-directly.ts";

const NO_HASH = "00".repeat(32);

/** The sites' contributions to a round, and their cost apart from the mixing. */
interface HandedIn {
  /** In the members' order. */
  readonly contributions: readonly Contribution[];
  /** Number of times that each site has taken its local steps. */
  readonly units: number;
  readonly bytes: number;
  /** Distance of the members' estimates if each has its own by now; otherwise 0. */
  readonly distance: number;
}

/** Trains all sites at once. A bad site hands in its attack on all the others' updates. */
async function workOnRound(
  network: SimulatedNetwork,
  round: number,
  certified: Certified | null,
): Promise<HandedIn> {
  const {trial, bad, stages, members} = network;
  const worked = await allEnded(
    members.map(async (site) => ({site, done: await site.work(certified, trial.signal)})),
  );
  const honest = worked.flatMap(({site, done}) => (bad.has(site.name) ? [] : [done.update]));
  const contributions = worked.map(({site, done}) => {
    const work = {round, certified, unit: null, own: done.update, honest};
    const harmful = harmfulContribution(network, site, work);
    site.handIn(done, harmful !== null);
    return harmful ?? done.release;
  });
  const isTraining = stages.stageOf(round).kind === "training";
  return {contributions, units: isTraining ? 1 : 0, bytes: 0, distance: 0};
}

function certify(
  {run, members}: SimulatedNetwork,
  round: number,
  {snapshot, weight}: DirectResult,
  previous: Certified | null,
): Certified {
  const peak = previous?.certificate.body.peakWeight ?? 0;
  const body = {
    run,
    round,
    attempt: 0,
    group: NO_HASH,
    roster: NO_HASH,
    parent: NO_HASH,
    contributors: members.map(({id}) => id),
    weight,
    peakWeight: Math.max(peak, weight),
    result: snapshot.hash,
  };
  return {certificate: {body, ballot: 0, votes: []}, snapshot};
}

/** State of the network between two rounds. */
interface Standing {
  readonly certified: Certified | null;
  readonly bytes: number;
  readonly setupBytes: number;
  readonly seconds: number;
}

async function takeRound(network: SimulatedNetwork, round: number, before: Standing) {
  const {trial, stages, members, run} = network;
  const {certified} = before;
  const stage = stages.stageOf(round);
  const isSegment = stage.kind === "training" && trial.plan.mixing.mode === "async";
  const handedIn = isSegment
    ? await new LockstepSegment(network, round, certified).run()
    : await workOnRound(network, round, certified);
  const spec = stages.specOf(round, certified);
  const ids = members.map(({id}) => id);
  const result = mixDirectly({
    spec,
    attempt: {run, round, ballot: 0},
    members: ids,
    leader: ids.indexOf(leaderOrder(sha256, run, round, ids).leaderOf(0)),
    contributions: handedIn.contributions.map((contribution) => contribution.bytes),
  });
  const now = certify(network, round, result, certified);
  for (const site of members) site.settle(now.certificate);
  const bytes = handedIn.bytes + result.bytes;
  const seconds = roundSeconds(network, spec, {bytes, units: handedIn.units});
  const distance = Math.max(handedIn.distance, result.distance);
  const setupBytes = before.setupBytes + (stage.kind === "training" ? 0 : bytes);
  const after = {
    certified: now,
    bytes: before.bytes + bytes,
    setupBytes,
    seconds: before.seconds + seconds,
  };
  return {stage, distance, after};
}

function outcomeOf(
  network: SimulatedNetwork,
  {certified, setupBytes}: Standing,
  rounds: readonly NetworkRound[],
  divergedAt: number | null,
): NetworkOutcome {
  const newest = network.sites.map(() => certified);
  const held = heldModels(network, Math.max(0, rounds.length - 1), newest);
  return {...held, rounds, setupBytes, stateHash: stateHash(held.models, newest), divergedAt, stall: null};
}

/**
 * Runs the network without its messages. In each round all sites train at once on the pool, and their
 * releases are mixed by the sessions' own arithmetic. The result has the bytes that sessions certify if
 * nothing is lost and nobody is late. For asynchronous segments see {@link LockstepSegment}. Training that
 * diverges ends the run; the outcome records it.
 * @throws TRAINING_*, PARAMETERS_*, PRIVACY_*, GOSSIP_ROBUST_TOO_FEW, SIMULATION_ENGINE_UNFIT, and the abort
 * reason of the trial's signal
 */
export async function runFast(network: SimulatedNetwork, onRound: RoundHook): Promise<NetworkOutcome> {
  const {trial, stages, sites} = network;
  const rounds: NetworkRound[] = [];
  let standing: Standing = {certified: null, bytes: 0, setupBytes: 0, seconds: 0};
  for (let round = 0; round < stages.rounds; round++) {
    trial.signal.throwIfAborted();
    const taken = await unlessDiverged(() => takeRound(network, round, standing));
    if (taken === null) return outcomeOf(network, standing, rounds, rounds.length);
    const {stage, distance, after} = taken;
    standing = after;
    if (stage.kind !== "training") continue;
    const held = heldModels(
      network,
      stage.step,
      sites.map(() => after.certified),
    );
    const {seconds, bytes} = after;
    const consensusDistance = distance > 0 ? distance : modelsDistance(held.models);
    const entry = {round: stage.step, seconds, bytes, absent: [], consensusDistance};
    rounds.push(entry);
    await onRound(held, entry);
  }
  return outcomeOf(network, standing, rounds, null);
}
