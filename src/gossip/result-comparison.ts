import type {CodecName} from "../parameters/index.ts";
import type {Exchange} from "./exchange-state.ts";
import type {RoundState} from "./round-state.ts";
import {isExact} from "./schedules/schedule.ts";

/** How far results of the same phases may lie apart, relative to the round's way, by the codec of the masses. */
const TOLERANCES: Readonly<Partial<Record<CodecName, number>>> = {f32: 1e-5, fp16: 0.02, int8: 0.5};

/** How far apart results may lie, or null where members of the same phases need not be near each other at all. */
function toleranceOf({setup}: RoundState): number | null {
  const {mixing, codec} = setup.spec;
  if (mixing.kind !== "schedule") return 0;
  return isExact(mixing.schedule) ? (TOLERANCES[codec.sums] ?? 0) : null;
}

/**
 * A member's own result against a proposed one of the same attempt: equal, or after phases near it, so that it may be
 * voted for; different; or not at hand yet.
 */
export function compareResults(
  state: RoundState,
  {kind, result}: Exchange,
  proposed: string,
): "differs" | "pending" | "elsewhere" {
  if (result?.hash === proposed) return "pending";
  if (kind !== "phases") return "differs";
  const [own, theirs] = [state.held.get(result?.hash ?? ""), state.held.get(proposed)];
  const tolerance = toleranceOf(state);
  if (own === undefined || theirs === undefined || tolerance === null) return "elsewhere";
  const {spec, primitives} = state.setup;
  const bound = {reference: spec.reference, tolerance};
  return primitives.arithmetic.isNear(own.values, theirs.values, bound) ? "pending" : "differs";
}
