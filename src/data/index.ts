export {contractHash} from "./contract.ts";
export type {DataErrorCode} from "./errors.ts";
export {featuresOf} from "./features.ts";
export {partitionRows} from "./partition/partition-rows.ts";
export type {PartitionSpec} from "./partition/partition-spec.ts";
export {type PatientTiles, patientTiles, type TileSlice} from "./patient-tiles.ts";
export {readSite} from "./read-site.ts";
export {patientsWithSharedRows} from "./shared-rows.ts";
export type {SiteQuery} from "./site-query.ts";
export {externalKeys, externalSplit, joinMatrices, splitKeys, splitSite} from "./split.ts";
export {
  fromUnitRange,
  type Moment,
  type Moments,
  meanOf,
  squaredDeviationOf,
  standardise,
  standardiserOf,
  toUnitRange,
} from "./standardise.ts";
export {generateSyntheticHeart} from "./synthetic.ts";
export {writeSyntheticCrc} from "./synthetic-crc-files.ts";
export {type LocatedTask, parseTask, readTask, taskJsonSchema} from "./task.ts";
export {type TaskIdentity, taskDifference, taskIdentity} from "./task-identity.ts";
export type {SlidesTask, TabularTask, Task} from "./task-schema.ts";
export type {
  AssignedPart,
  BagSummary,
  Feature,
  Matrix,
  PartCounts,
  PatientMatrix,
  SealedSplit,
  SiteTable,
  SlideSummary,
  SplitPart,
  Standardiser,
} from "./types.ts";
