export {type Arithmetic, parameterArithmetic} from "./arithmetic.ts";
export {scaleOfUnit} from "./async/clock.ts";
export {isEnough} from "./async/closing.ts";
export {blobsOf as segmentBlobs} from "./async/durable.ts";
export {type MassInTransit, type SegmentMasses, totalMass} from "./async/masses.ts";
export {type SegmentDraws, segmentPeriod} from "./async/partners.ts";
export {letIn, stalenessScale} from "./async/progress.ts";
export type {SegmentView} from "./async/segment-host.ts";
export type {AsyncSpec} from "./async/spec.ts";
export {type Attempt, attemptDither, attemptPeriod, largestWeight, resultOf} from "./attempt.ts";
export {
  type BodyRules,
  bodyHash,
  isOwnContradiction,
  type Primitives,
  verifyCertificate,
  votersOf,
} from "./certificate.ts";
export type {DeadlineLimits} from "./deadline.ts";
export type {GossipErrorCode} from "./errors.ts";
export {
  type Certificate,
  type CertificateBody,
  type Contradiction,
  canonicalBytes,
  decodeBody,
  decodeCertificate,
  decodeContradiction,
  decodeFrame,
  encodeFrame,
  type Frame,
  type VoteStep,
} from "./frames.ts";
export {leaderOrder, type MemberId, majority, type QuorumRule, quorumSize} from "./quorum.ts";
export {type LocalProgress, MAX_REBASE_GAP_ROUNDS, rebase} from "./rebase.ts";
export {restoreSession} from "./restore.ts";
export {applyRobustRule} from "./robust/apply.ts";
export {LEAST_ROBUST_MEMBERS, leastVectors, robustRuleFault} from "./robust/requirement.ts";
export type {
  LeftOutReason,
  RobustOutcome,
  RobustRule,
  RobustRuleName,
  RobustVector,
  UsedReason,
  Verdict,
} from "./robust/rules.ts";
export {type Sample, sampleBound} from "./robust/sample-bound.ts";
export {normLimit} from "./robust/screening.ts";
export {votedWeightCap} from "./robust/weight-cap.ts";
export {type MixingGraph, mixingGraph} from "./schedules/mixing-graph.ts";
export type {Phase} from "./schedules/phase.ts";
export {isExact, type Period, type ScheduleSpec} from "./schedules/schedule.ts";
export {createSession} from "./session.ts";
export type {Session, SessionView} from "./session-types.ts";
export {recordSession, type TraceSink} from "./trace/record-session.ts";
export {type ReplayedStep, replaySession} from "./trace/replay-session.ts";
export {decodeTrace, type Trace} from "./trace/trace-entry.ts";
export type {
  Accepted,
  AsyncRecord,
  Blob,
  Certified,
  Contribution,
  DurableRecord,
  Effect,
  Event,
  Report,
  Restored,
  RestoredRound,
  RoundMixing,
  RoundShape,
  RoundSpec,
  SessionSetup,
  StartRule,
  TimerName,
} from "./types.ts";
