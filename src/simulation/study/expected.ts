import {CodedError} from "../../core/index.ts";
import type {SimulationErrorCode} from "../errors.ts";

/**
 * `value`, which a study that this program made always has.
 * @param what names it, in a sentence of its own
 * @throws SIMULATION_RESULTS_TORN
 */
export function expected<Value>(value: Value | undefined, what: string): Value {
  if (value !== undefined) return value;
  throw new CodedError<SimulationErrorCode>("SIMULATION_RESULTS_TORN", `the results lack ${what}`);
}
