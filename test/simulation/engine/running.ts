import {type NetworkHooks, type NetworkOutcome, runNetwork} from "../../../src/simulation/index.ts";
import {inventedExperiment, openTrial, type TrialChanges, type TrialSetting} from "./trials.ts";

/** Runs the network of an invented experiment once. */
export async function run(
  changes: TrialChanges,
  setting: TrialSetting = {},
  hooks: NetworkHooks = {},
): Promise<NetworkOutcome> {
  const trial = await openTrial(inventedExperiment(changes), setting);
  try {
    return await runNetwork(trial, hooks);
  } finally {
    await trial.pool.close();
  }
}

/** Runs it by one engine. */
export function runBy(
  engine: "fast" | "full",
  changes: TrialChanges,
  setting: TrialSetting = {},
): Promise<NetworkOutcome> {
  return run({...changes, experiment: {...changes.experiment, engine}}, setting);
}

/** Runs it by both engines. */
export async function runBoth(changes: TrialChanges, setting: TrialSetting = {}) {
  return {fast: await runBy("fast", changes, setting), full: await runBy("full", changes, setting)};
}
