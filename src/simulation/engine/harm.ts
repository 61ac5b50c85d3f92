import type {Certified, Contribution} from "../../gossip/index.ts";
import {codecOf} from "../../parameters/index.ts";
import {badContribution, updateAttack} from "./bad-sites.ts";
import type {Network} from "./network.ts";
import type {SimulatedSite} from "./simulated-site.ts";

/** Local work that is done. */
export interface WorkDone {
  readonly round: number;
  readonly certified: Certified | null;
  /** Of an asynchronous segment: the unit and where it started. */
  readonly unit: {readonly unit: number; readonly start: Float32Array} | null;
  /** `[d]`, the site's own update. */
  readonly own: Float32Array;
  /** `[h, d]`, the honest sites' updates that are known, in the order of the ids. */
  readonly honest: readonly Float32Array[];
}

/** What a bad site hands in instead of its own; null where the site does no harm or knows of no honest update. */
export function harmfulContribution(
  {trial, bad, stages}: Network,
  site: SimulatedSite,
  {round, certified, unit, own, honest}: WorkDone,
): Contribution | null {
  const attack = updateAttack(trial.experiment.attacks[0]);
  if (attack === null || !bad.has(site.name) || honest.length === 0) return null;
  if (stages.stageOf(round).kind !== "training") return null;
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
