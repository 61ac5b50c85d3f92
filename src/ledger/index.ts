export {type Bundle, formatBundle, parseBundle} from "./bundle.ts";
export {
  type Checkpoint,
  type LedgerPrimitives,
  type LedgerSigner,
  openCheckpoint,
  originOf,
} from "./checkpoint.ts";
export {type LedgerEntry, type ReleaseEntry, utcDay} from "./entry.ts";
export type {LedgerErrorCode} from "./errors.ts";
export type {Frontier} from "./merkle.ts";
export {consistencyProof} from "./proofs.ts";
export {decodeLogRecord, type LogBatch, type LogEnd, makeBatch, newLog, segmentHeader} from "./segment.ts";
export {LogCheck, type LogCheckOptions, type PlacedEntry, type SoundLog} from "./verify-log.ts";
