export {createNode, type Node, type NodeOptions} from "./create-node.ts";
export type {NodeErrorCode} from "./errors.ts";
export {checkStoredLedger} from "./ledger/check-ledger.ts";
export {checkBundle, exportBundle} from "./ledger/ledger-bundle.ts";
export {verifierOf} from "./primitives.ts";
export {readIdentity} from "./read-identity.ts";
export type {Validation} from "./results/evaluation.ts";
export {type FinalModel, type FinalModelQuery, readFinalModel} from "./results/final-model.ts";
export {type PatientScores, patientLabels, patientTimes} from "./results/patient-scores.ts";
export type {RunOutcome} from "./run-types.ts";
export {knowsWeight, sessionSetup, type TracedSession, tracedSession} from "./session-setup.ts";
export {createRoundWork, type RoundWork} from "./site/round-work.ts";
export {
  checkApproval,
  checkPlan,
  delegationDays,
  memberOf,
  RENEW_WITHIN_DAYS,
  type Site,
} from "./site/site.ts";
export {siteCount} from "./site/site-count.ts";
export {
  type AlertName,
  createEventFeed,
  type EventFeed,
  type NodeEvent,
  type OpeningStep,
  type StampedEvent,
  type Subscription,
} from "./watch/event-feed.ts";
export type {NodeView, PeerView, RoundView} from "./watch/node-view.ts";
export type {ReleaseCount, ReleaseKind} from "./watch/release-book.ts";
export type {RoundRecord} from "./watch/round-record.ts";
