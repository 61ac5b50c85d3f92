import {at, isCoded} from "../core/index.ts";
import {type Codec, checkNorm, checkRange, massOf, type ValueRange} from "../parameters/index.ts";
import {applyRobustRule} from "./apply.ts";
import {type LeftOutReason, leftOut, type RobustRule, type Verdict} from "./rules.ts";

/** Everything that a robust mixture is made of besides the contributions. */
export interface RobustShape {
  readonly codec: Codec;
  /** `[m]`, the snapshot that the round began from; not changed. */
  readonly reference: Float32Array;
  /** Number of leading values that were mixed. */
  readonly mixed: number;
  /** The largest weight that a contribution may have. */
  readonly maximumWeight: number;
  /** Range of each mixed value of a contribution; any number if absent. */
  readonly range?: ValueRange;
  /** Largest L2 norm of a contribution's values divided by its weight; any if absent. */
  readonly clipNorm?: number;
}

/** The outcome of a robust mixture. */
export interface RobustMixture {
  /** `[m]`, the parameters after the round, owned by the caller; the same bytes on every machine. */
  readonly values: Float32Array;
  /** Sum of the weights of the well-formed contributions. */
  readonly weight: number;
  /** One for each contribution, in their order. */
  readonly verdicts: readonly Verdict[];
}

/** The fault of a contribution of that code, in the words of a verdict. */
const FAULTS: Readonly<Record<string, LeftOutReason>> = {
  PARAMETERS_NOT_FINITE: "not-finite",
  PARAMETERS_OUT_OF_RANGE: "out-of-range",
  PARAMETERS_TOO_LONG: "too-long",
  PARAMETERS_WRONG_WEIGHT: "wrong-weight",
  PARAMETERS_WRONG_SIZE: "wrong-length",
};

interface Decoded {
  /** Delta to the snapshot; null if the contribution is malformed. */
  readonly delta: Float64Array | null;
  readonly weight: number;
  readonly fault: LeftOutReason | null;
}

function malformed(fault: LeftOutReason): Decoded {
  return {delta: null, weight: 0, fault};
}

function decoded(shape: RobustShape, bytes: Uint8Array): Decoded {
  const {codec, mixed, maximumWeight, range} = shape;
  try {
    const {values, weight} = massOf(codec, bytes, mixed);
    if (weight > maximumWeight) return malformed("wrong-weight");
    if (range !== undefined) checkRange(codec, bytes, range);
    checkNorm(codec, {...shape, values: mixed, exact: 1}, bytes);
    return {delta: values.map((value) => value / weight), weight, fault: null};
  } catch (error) {
    const fault = isCoded(error) ? FAULTS[error.code] : undefined;
    if (fault === undefined) throw error;
    return malformed(fault);
  }
}

/**
 * The parameters after a round under `rule`. Each member's model counts alike, because a weight is only that
 * member's word.
 * @param contributions every participant's bytes, in id order
 * @throws GOSSIP_ROBUST_TOO_FEW
 */
export function mixRobustly(
  rule: RobustRule,
  shape: RobustShape,
  contributions: readonly Uint8Array[],
): RobustMixture {
  const members = contributions.map((bytes) => decoded(shape, bytes));
  const {values: mean, verdicts: ofRule} = applyRobustRule(
    rule,
    members.map(({delta}) => delta ?? new Float64Array(shape.mixed).fill(Number.NaN)),
  );
  const verdicts = ofRule.map((verdict, index) => {
    const {fault} = at(members, index);
    return fault === null ? verdict : leftOut(fault);
  });
  const values = shape.reference.slice();
  for (let index = 0; index < shape.mixed; index++) {
    values[index] = (values[index] as number) + (mean[index] as number);
  }
  return {values, weight: members.reduce((sum, {weight}) => sum + weight, 0), verdicts};
}
