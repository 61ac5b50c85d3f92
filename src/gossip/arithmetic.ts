import {
  applyMixture,
  checkContribution,
  createSnapshot,
  encodeMass,
  openSnapshot,
  sumChunk,
  weightOf,
} from "../parameters/index.ts";
import {mergeVerdict} from "./async/merge-verdict.ts";
import {openMass} from "./async/open-mass.ts";

/**
 * All that the protocol computes on parameters, in one place: what goes in and out of it is data, everything else
 * about a session is not. So a trace of a session need hold no data, and a replay needs none.
 */
export interface Arithmetic {
  readonly checkContribution: typeof checkContribution;
  readonly sumChunk: typeof sumChunk;
  readonly applyMixture: typeof applyMixture;
  readonly weightOf: typeof weightOf;
  readonly createSnapshot: typeof createSnapshot;
  readonly openSnapshot: typeof openSnapshot;
  readonly encodeMass: typeof encodeMass;
  readonly openMass: typeof openMass;
  readonly mergeVerdict: typeof mergeVerdict;
}

/** The {@link Arithmetic} of room `parameters`. */
export const parameterArithmetic: Arithmetic = {
  checkContribution,
  sumChunk,
  applyMixture,
  weightOf,
  createSnapshot,
  openSnapshot,
  encodeMass,
  openMass,
  mergeVerdict,
};
