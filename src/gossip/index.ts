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
export {applyRobustRule} from "./robust/apply.ts";
export {leastVectors, robustRuleFault} from "./robust/requirement.ts";
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
export {cappedWeights, votedWeightCap} from "./robust/weight-cap.ts";
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
