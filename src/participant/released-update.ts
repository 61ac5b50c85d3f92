import {exactOf, weightOf} from "../parameters/index.ts";
import type {RoundSpec} from "../rounds/index.ts";

/** The values of a contribution about its site's update, `[mixed]`, minus the round's snapshot. */
export function releasedUpdate(
  {codec, mixed, exact = 1}: Pick<RoundSpec, "codec" | "mixed" | "exact">,
  contribution: Uint8Array,
): Float32Array {
  const weighted = new Float64Array(mixed);
  codec.accumulate(contribution, 0, weighted);
  const weight = weightOf(contribution);
  const effort = exact === 1 ? 1 : (exactOf(contribution, exact)[0] ?? 1) / weight;
  return Float32Array.from(weighted, (value) => (effort * value) / weight);
}
