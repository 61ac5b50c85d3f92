export {type Codec, type CodecName, codecOf} from "./codec.ts";
export {
  type Chunk,
  contributionSize,
  encodeContribution,
  partition,
  weightOf,
} from "./contribution.ts";
export type {ParametersErrorCode} from "./errors.ts";
export {HALF_VALUES} from "./half.ts";
export {type Layout, layoutSize, shapeSize, type TensorLayout} from "./layout.ts";
export {encodeMass, type Mass, massOf} from "./mass.ts";
export {applyMixture, checkContribution, type Mixture, sumChunk} from "./mixture.ts";
export {
  createSnapshot,
  layoutHash,
  openSnapshot,
  type Snapshot,
  type SnapshotExpectation,
  snapshotSize,
} from "./snapshot.ts";
