export {settle} from "./agreement/decision.ts";
export {finishFetch, finishWrite} from "./agreement/finished-work.ts";
export {noteReady} from "./agreement/gathering.ts";
export {onLinkDown, onLinkUp} from "./agreement/link-events.ts";
export {
  closeRound,
  contribute,
  onFrame,
  onTimer,
} from "./agreement/round.ts";
export {type RulesSetup, roundAfter, rulesAfter} from "./agreement/round-rules.ts";
export {createRoundState, type RoundContext, type RoundState} from "./agreement/round-state.ts";
export {type Arithmetic, parameterArithmetic} from "./arithmetic.ts";
export {
  type BodyRules,
  bodyHash,
  isOwnContradiction,
  isReadyWord,
  type Primitives,
  verifyCertificate,
  votersOf,
} from "./certificate.ts";
export {
  createDeadline,
  createDeadlines,
  type Deadline,
  type DeadlineLimits,
  type DeadlineMemory,
  type Deadlines,
} from "./deadline.ts";
export {
  type Attempt,
  attemptDither,
  attemptPeriod,
  boundedChunks,
  largestWeight,
  resultOf,
} from "./exchange/attempt.ts";
export {
  type AsyncFrame,
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
  type FrameOf,
  isAsyncFrame,
  type RoundFrame,
  type VoteStep,
} from "./frames.ts";
export type {MergeVerdict} from "./merge-verdict.ts";
export {isQuorum, leaderOrder, type MemberId, majority, type QuorumRule, quorumSize} from "./quorum.ts";
export type {AsyncSpec} from "./segment-spec.ts";
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
