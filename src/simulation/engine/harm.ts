import {codecOf} from "../../parameters/index.ts";
import type {Certified, Contribution} from "../../rounds/index.ts";
import type {Attack} from "../attacks/attacks.ts";
import {badContribution, edgeOfRange, updateAttack} from "./bad-sites.ts";
import type {SimulatedNetwork} from "./network.ts";
import type {SimulatedSite} from "./simulated-site.ts";

/** Local work that is done. */
export interface WorkDone {
  readonly round: number;
  readonly certified: Certified | null;
  /** In an asynchronous segment: the unit and its starting parameters. */
  readonly unit: {readonly unit: number; readonly start: Float32Array} | null;
  /** `[d]`, the site's own update. */
  readonly own: Float32Array;
  /** `[h, d]`, the known updates of honest sites, in the order of the ids. */
  readonly honest: readonly Float32Array[];
}

/**
 * Returns the contribution of a bad site instead of its own; null if the site does no harm or knows of no
 * honest update.
 */
export function harmfulContribution(
  network: SimulatedNetwork,
  site: SimulatedSite,
  work: WorkDone,
): Contribution | null {
  const {trial, bad, stages} = network;
  const [block] = trial.experiment.attacks;
  if (block === undefined || !bad.has(site.name)) return null;
  const {round, certified, honest} = work;
  if (block.type === "statistics-edge") return edgeOfRange(stages.specOf(round, certified), site.weight);
  const attack = updateAttack(block);
  const isTraining = stages.stageOf(round).kind === "training";
  return attack === null || honest.length === 0 || !isTraining
    ? null
    : harmfulUpdate(network, site, work, attack);
}

function harmfulUpdate(
  {trial, bad, stages}: SimulatedNetwork,
  site: SimulatedSite,
  {round, certified, unit, own, honest}: WorkDone,
  attack: Attack,
): Contribution {
  const spec = stages.specOf(round, certified);
  const ofUnit = {codec: codecOf(trial.plan.mixing.codec), mixed: own.length};
  const common = {attack, site: site.name, seed: trial.plan.seed, round, weight: site.weight};
  return badContribution({
    ...common,
    purpose: unit === null ? "" : ` of unit ${unit.unit}`,
    spec: unit === null ? spec : ofUnit,
    honest,
    own,
    reference: unit?.start ?? spec.reference.subarray(0, stages.shared.size),
    faulty: bad.size,
  });
}
