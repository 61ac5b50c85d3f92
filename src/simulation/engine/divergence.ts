import {isCoded} from "../../core/index.ts";

/** Error codes of training, releases and sums for values that are not finite. */
const CODES: readonly string[] = [
  "TRAINING_DIVERGED",
  "PRIVACY_NOT_FINITE",
  "PARAMETERS_NOT_FINITE",
  "SIMULATION_DIVERGED",
];

/**
 * Returns the result of `work`, or null if it produces values that are not finite. In a simulation that is a
 * result and not an error: it is the effect of an attack, or of a learning rate.
 */
export async function unlessDiverged<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (isCoded(error) && CODES.includes(error.code)) return null;
    throw error;
  }
}

/**
 * Returns all results of `work`. If any of it fails, it throws the first failure, after all of it has ended.
 */
export async function allEnded<Result>(work: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}
