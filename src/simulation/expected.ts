import {CodedError} from "../core/index.ts";
import type {SimulationErrorCode} from "./errors.ts";

/**
 * Returns `value`, which a study made by this program always has.
 * @param what names it, as part of a sentence
 * @throws SIMULATION_RESULTS_TORN
 */
export function expected<Value>(value: Value | undefined, what: string): Value {
  if (value !== undefined) return value;
  throw new CodedError<SimulationErrorCode>("SIMULATION_RESULTS_TORN", `the results lack ${what}`);
}
