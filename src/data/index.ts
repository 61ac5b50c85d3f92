export {countRange} from "./count-range.ts";
export type {DataErrorCode} from "./errors.ts";
export {featuresOf} from "./features.ts";
export {createFaultBook, type FaultBook, FIRST_FAULT, type Findings, refuseFaults} from "./findings.ts";
export {leftOutText} from "./left-out.ts";
export {type PartMarks, partFinder, partMarks} from "./part-marks.ts";
export {partitionRows} from "./partition/partition-rows.ts";
export type {PartitionSpec} from "./partition/partition-spec.ts";
export {readSite} from "./read-site.ts";
export {readBounded, readingFault} from "./readers/bounded-file.ts";
export {patientsWithSharedRows} from "./shared-rows.ts";
export type {SiteQuery} from "./site-query.ts";
export {type PatientTiles, patientTiles, type TileSlice} from "./slides/patient-tiles.ts";
export {
  externalKeys,
  externalSplit,
  groupPatients,
  joinMatrices,
  splitKeys,
  splitSite,
  valuesHash,
} from "./split.ts";
export {
  type Bounds,
  errorOfReleased,
  fromUnitRange,
  type GroupedRows,
  type Moments,
  meanOf,
  type StatisticalMoment,
  squaredDeviationOf,
  standardise,
  standardiserOf,
  toUnitRange,
  unitRange,
} from "./standardise.ts";
export {generateSyntheticHeart} from "./synthetic/synthetic.ts";
export {writeSyntheticCrc} from "./synthetic/synthetic-crc-files.ts";
export {contractHash, contractText} from "./task/contract.ts";
export {type Contract, readContract} from "./task/read-contract.ts";
export {type LocatedTask, parseTask, readTask, taskJsonSchema} from "./task/task.ts";
export {type TaskIdentity, taskDifference, taskIdentity} from "./task/task-identity.ts";
export type {SlidesTask, TabularTask, Task} from "./task/task-schema.ts";
export type {
  AssignedPart,
  BagSummary,
  ColumnGap,
  Feature,
  Matrix,
  PartCounts,
  PatientGroup,
  PatientMatrix,
  SealedSplit,
  SiteTable,
  SlideSummary,
  SplitPart,
  Standardiser,
} from "./types.ts";
