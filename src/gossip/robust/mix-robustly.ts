import {isCoded} from "../../core/index.ts";
import {type Codec, massOf} from "../../parameters/index.ts";
import {applyRobustRule} from "./apply.ts";
import type {RobustRule, Verdict} from "./rules.ts";

/** What a robust mixture is made of beside the contributions. */
export interface RobustShape {
  readonly codec: Codec;
  /** `[m]`, the snapshot the round began from; not changed. */
  readonly reference: Float32Array;
  /** How many leading values were mixed. */
  readonly mixed: number;
}

/** What came of a robust mixture. */
export interface RobustMixture {
  /** `[m]`, the parameters after the round, owned by the caller; the same bytes on every machine. */
  readonly values: Float32Array;
  /** Sum of the weights of those whose contributions were well-formed. */
  readonly weight: number;
  /** One for each contribution, in their order. */
  readonly verdicts: readonly Verdict[];
}

/** A contribution as a delta to the snapshot; an empty one, which no rule takes, where it is malformed. */
function deltaOf({codec, mixed}: RobustShape, bytes: Uint8Array): {delta: Float64Array; weight: number} {
  try {
    const {values, weight} = massOf(codec, bytes, mixed);
    if (weight <= 1) return {delta: values.map((value) => value / weight), weight};
  } catch (error) {
    if (!isCoded(error)) throw error;
  }
  return {delta: new Float64Array(), weight: 0};
}

/**
 * The parameters after a round under `rule`: each member's model counts alike, since a weight is a member's own word.
 * @param contributions every participant's bytes, in id order
 * @throws GOSSIP_ROBUST_TOO_FEW
 */
export function mixRobustly(
  rule: RobustRule,
  shape: RobustShape,
  contributions: readonly Uint8Array[],
): RobustMixture {
  const members = contributions.map((bytes) => deltaOf(shape, bytes));
  const sound = members.find(({delta}) => delta.length === shape.mixed);
  // The rule takes the length of the majority; where none is sound there is nothing to take.
  const deltas = members.map(({delta}) => (sound === undefined ? new Float64Array() : delta));
  const {values: mean, verdicts} = applyRobustRule(rule, deltas);
  const values = shape.reference.slice();
  for (let index = 0; index < shape.mixed; index++) {
    values[index] = (values[index] ?? 0) + (mean[index] ?? 0);
  }
  return {values, weight: members.reduce((sum, {weight}) => sum + weight, 0), verdicts};
}
