import {
  applyMass,
  applyMixture,
  areProducts,
  areTooLong,
  checkContribution,
  checkMass,
  checkRange,
  createSnapshot,
  encodeMass,
  innerProducts,
  isNamed,
  isNear,
  isSumOf,
  massOf,
  mixSent,
  nameOf,
  openSnapshot,
  outerStep,
  sumChunk,
  weightOf,
} from "../parameters/index.ts";
import {mixRobustly} from "../robust/index.ts";
import {mergeVerdict} from "./merge-verdict.ts";
import {openMass} from "./open-mass.ts";

/**
 * All computations of the protocol on parameters, in one place. Their inputs and outputs are data; nothing
 * else in a session is. A trace of a session therefore holds no data, and a replay needs none.
 */
export interface Arithmetic {
  readonly checkContribution: typeof checkContribution;
  readonly sumChunk: typeof sumChunk;
  readonly applyMixture: typeof applyMixture;
  readonly outerStep: typeof outerStep;
  readonly weightOf: typeof weightOf;
  readonly createSnapshot: typeof createSnapshot;
  readonly openSnapshot: typeof openSnapshot;
  readonly openMass: typeof openMass;
  readonly mergeVerdict: typeof mergeVerdict;
  readonly massOf: typeof massOf;
  readonly checkMass: typeof checkMass;
  readonly checkRange: typeof checkRange;
  readonly encodeMass: typeof encodeMass;
  readonly mixSent: typeof mixSent;
  readonly applyMass: typeof applyMass;
  readonly isNear: typeof isNear;
  readonly isNamed: typeof isNamed;
  readonly nameOf: typeof nameOf;
  readonly isAtLeast: typeof isAtLeast;
  readonly mixRobustly: typeof mixRobustly;
  readonly innerProducts: typeof innerProducts;
  readonly isSumOf: typeof isSumOf;
  readonly areProducts: typeof areProducts;
  readonly areTooLong: typeof areTooLong;
}

/**
 * Tells whether a weight reaches a bound; decisions on weights are made here because a replay does not know
 * weights.
 */
function isAtLeast(weight: number, bound: number): boolean {
  return weight >= bound;
}

/** The {@link Arithmetic} of room `parameters`. */
export const parameterArithmetic: Arithmetic = {
  checkContribution,
  checkMass,
  checkRange,
  sumChunk,
  applyMixture,
  outerStep,
  weightOf,
  createSnapshot,
  openSnapshot,
  openMass,
  mergeVerdict,
  massOf,
  encodeMass,
  mixSent,
  applyMass,
  isNear,
  isNamed,
  nameOf,
  isAtLeast,
  mixRobustly,
  innerProducts,
  isSumOf,
  areProducts,
  areTooLong,
};
