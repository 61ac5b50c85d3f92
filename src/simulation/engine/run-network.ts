import type {Trial} from "../trial.ts";
import {runFast} from "./fast/fast-engine.ts";
import {runFull} from "./full-engine.ts";
import {createNetwork, type SimulatedIdentity} from "./network.ts";
import type {NetworkOutcome, RoundHook} from "./network-outcome.ts";

/** Hooks for a caller of {@link runNetwork}. */
export interface NetworkHooks {
  readonly onRound?: RoundHook;
}

/**
 * Runs the network of a trial on the engine that its experiment names.
 * @param identity the run's id and the sites' ids, if they must be those of daemons
 * @throws TRAINING_*, PARAMETERS_*, PRIVACY_*, NODE_LOCAL_TENSORS_INVALID, SIMULATION_*, and the abort reason
 * of the trial's signal
 */
export async function runNetwork(
  trial: Trial,
  {onRound = () => {}}: NetworkHooks = {},
  identity?: SimulatedIdentity,
): Promise<NetworkOutcome> {
  const network = createNetwork(trial, identity);
  try {
    return await (trial.experiment.engine === "full" ? runFull(network, onRound) : runFast(network, onRound));
  } finally {
    await network.close();
  }
}
