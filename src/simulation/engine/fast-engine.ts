import {sha256} from "../../core/index.ts";
import {type Certified, type Contribution, leaderOrder} from "../../gossip/index.ts";
import type {RoundOutcome} from "../../node/index.ts";
import {badContribution, updateAttack} from "./bad-sites.ts";
import {modelsDistance} from "./consensus-distance.ts";
import {heldModels, stateHash} from "./held-models.ts";
import {type DirectResult, mixDirectly} from "./mix-directly.ts";
import type {Network} from "./network.ts";
import type {NetworkOutcome, NetworkRound, RoundHook} from "./network-outcome.ts";
import {roundSeconds} from "./round-time.ts";
import type {SimulatedSite} from "./simulated-site.ts";

const NO_HASH = "00".repeat(32);

/** What each site hands in, by site: its release or, of a bad one, what the attack makes of all the others'. */
function contributionsOf(
  {trial, bad, stages, members}: Network,
  round: number,
  {
    worked,
    certified,
  }: {
    readonly worked: ReadonlyMap<SimulatedSite, RoundOutcome>;
    readonly certified: Certified | null;
  },
): readonly Contribution[] {
  const attack = updateAttack(trial.experiment.attacks[0]);
  const spec = stages.specOf(round, certified);
  const honest = members.flatMap((site) => (bad.has(site.name) ? [] : (worked.get(site)?.update ?? [])));
  const doesHarm = attack !== null && stages.stageOf(round).kind === "training" && honest.length > 0;
  return members.flatMap((site): Contribution[] => {
    const outcome = worked.get(site);
    if (outcome === undefined) return [];
    if (!doesHarm || !bad.has(site.name)) return [outcome.release];
    const reference = spec.reference.subarray(0, stages.shared.size);
    const own = {site: site.name, weight: site.weight, own: outcome.update, reference};
    const rest = {seed: trial.plan.seed, round, purpose: "", spec, honest, faulty: bad.size};
    return [badContribution({attack, ...own, ...rest})];
  });
}

function certify(
  {run, members}: Network,
  round: number,
  {snapshot, weight}: DirectResult,
  previous: Certified | null,
): Certified {
  const peak = previous?.certificate.body.peakWeight ?? 0;
  const body = {
    run,
    round,
    attempt: 0,
    roster: NO_HASH,
    parent: NO_HASH,
    contributors: members.map(({id}) => id),
    weight,
    peakWeight: Math.max(peak, weight),
    result: snapshot.hash,
  };
  return {certificate: {body, ballot: 0, votes: []}, snapshot};
}

/**
 * The network without its messages: each round all sites train at once over the pool, and what they release is mixed
 * by the sessions' own arithmetic. It ends in the bytes that sessions certify where nothing is lost and nobody late.
 * @throws TRAINING_*, PARAMETERS_*, PRIVACY_*, GOSSIP_ROBUST_TOO_FEW, and what `signal` was aborted with
 */
export async function runFast(network: Network, onRound: RoundHook): Promise<NetworkOutcome> {
  const {trial, stages, members, sites, run} = network;
  const ids = members.map(({id}) => id);
  const rounds: NetworkRound[] = [];
  let certified: Certified | null = null;
  let [bytes, seconds] = [0, 0];
  for (let round = 0; round < stages.rounds; round++) {
    trial.signal.throwIfAborted();
    const before: Certified | null = certified;
    const outcomes = await Promise.all(sites.map((site) => site.work(before, trial.signal)));
    const worked = new Map(sites.flatMap((site, index) => pair(site, outcomes[index])));
    const contributions = contributionsOf(network, round, {worked, certified: before});
    members.forEach((site, index) => {
      const outcome = worked.get(site);
      if (outcome !== undefined) site.handIn(round, outcome.update, contributions[index]?.hash ?? "");
    });
    const spec = stages.specOf(round, before);
    const result = mixDirectly({
      spec,
      attempt: {run, round, ballot: 0},
      members: ids,
      leader: ids.indexOf(leaderOrder(sha256, run, round, ids).leaderOf(0)),
      contributions: contributions.map((contribution) => contribution.bytes),
    });
    const now = certify(network, round, result, before);
    certified = now;
    for (const site of sites) site.settle(now.certificate);
    const stage = stages.stageOf(round);
    bytes += result.bytes;
    seconds += roundSeconds(network, spec, {bytes: result.bytes, isTraining: stage.kind === "training"});
    if (stage.kind !== "training") continue;
    const held = await heldModels(
      network,
      stage.step,
      sites.map(() => now),
    );
    const consensusDistance = result.distance > 0 ? result.distance : modelsDistance(held.models);
    const entry = {round: stage.step, seconds, bytes, absent: [], consensusDistance};
    rounds.push(entry);
    await onRound(held, entry);
  }
  const newest = sites.map(() => certified);
  const held = await heldModels(network, trial.plan.rounds - 1, newest);
  return {...held, rounds, stateHash: stateHash(held.models, newest)};
}

function pair(site: SimulatedSite, outcome: RoundOutcome | undefined): [SimulatedSite, RoundOutcome][] {
  return outcome === undefined ? [] : [[site, outcome]];
}
