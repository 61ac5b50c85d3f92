export {type BodyRules, bodyHash, type Primitives, verifyCertificate} from "./certificate.ts";
export type {DeadlineLimits} from "./deadline.ts";
export type {GossipErrorCode} from "./errors.ts";
export {
  type Certificate,
  type CertificateBody,
  canonicalBytes,
  decodeBody,
  decodeCertificate,
  decodeFrame,
  encodeFrame,
  type Frame,
} from "./frames.ts";
export {type MemberId, majority} from "./quorum.ts";
export {type LocalProgress, MAX_REBASE_GAP_ROUNDS, rebase} from "./rebase.ts";
export {restoreSession} from "./restore.ts";
export {mixValues} from "./schedules/mixing.ts";
export type {Neighbour, Phase} from "./schedules/phase.ts";
export {type ScheduleSpec, schedulePhases} from "./schedules/schedule.ts";
export {createSession, type Session, type SessionView} from "./session.ts";
export type {
  Accepted,
  Certified,
  Contribution,
  DurableRecord,
  Effect,
  Event,
  Report,
  Restored,
  RestoredRound,
  RoundShape,
  RoundSpec,
  SessionSetup,
  StartRule,
  TimerName,
} from "./types.ts";
