import {isCoded} from "../../core/index.ts";

/** What training, releases and sums say of values that are no numbers any more. */
const CODES: readonly string[] = [
  "TRAINING_DIVERGED",
  "PRIVACY_NOT_FINITE",
  "PARAMETERS_NOT_FINITE",
  "SIMULATION_DIVERGED",
];

/**
 * What `work` gives; null where it comes to values that are no numbers. In a simulation that is a result, and no error:
 * it is what an attack, or a learning rate, has done.
 */
export async function unlessDiverged<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (isCoded(error) && CODES.includes(error.code)) return null;
    throw error;
  }
}

/** All that `work` gives; where some of it fails, the first failure, and not before all of it has ended. */
export async function allEnded<Result>(work: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}
