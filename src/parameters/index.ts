export {
  BLOCK_VALUES,
  type Codec,
  type CodecName,
  type Dither,
  drawDither,
  NO_DITHER,
  refuseNotFinite,
} from "./codecs/codec.ts";
export {codecOf} from "./codecs/codec-of.ts";
export {consensusDistance, modelsDistance, relativeDistance} from "./consensus-distance.ts";
export {
  type Chunk,
  contributionSize,
  encodeContribution,
  exactOf,
  partition,
  type Span,
  type ValueRange,
  weightOf,
} from "./contribution.ts";
export {keptBack} from "./error-feedback.ts";
export type {ParametersErrorCode} from "./errors.ts";
export {HALF_VALUES} from "./half.ts";
export {
  areProducts,
  type ChunkProducts,
  challengeOf,
  innerProducts,
  isSumOf,
  productCount,
  SEED_BYTES,
  stridesPerProduct,
} from "./inner-products.ts";
export type {Kernels} from "./kernels/kernels.ts";
export {kernels} from "./kernels/selection.ts";
export {type Layout, layoutSize, shapeSize, type TensorLayout} from "./layout.ts";
export {
  applyMass,
  checkMass,
  encodeMass,
  isNear,
  LARGEST_PEER_ESTIMATE,
  type Mass,
  massOf,
  mixMass,
  mixSent,
  type NeighbourMass,
  type SentMass,
} from "./mass.ts";
export {
  applyMixture,
  type ChunkSum,
  checkContribution,
  type Mixture,
  type MixtureTarget,
  sumChunk,
} from "./mixture.ts";
export {isNamed, nameOf} from "./named-bytes.ts";
export {areTooLong, checkNorm} from "./norm-bound.ts";
export {type OuterOptimizer, outerStep} from "./outer-step.ts";
export {
  createSnapshot,
  layoutHash,
  openSnapshot,
  type Snapshot,
  type SnapshotExpectation,
  snapshotSize,
} from "./snapshot.ts";
export {checkRange} from "./value-range.ts";
