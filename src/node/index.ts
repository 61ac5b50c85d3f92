export {createNode, type Node, type NodeOptions} from "./create-node.ts";
export type {NodeErrorCode} from "./errors.ts";
export type {Validation} from "./evaluation.ts";
export {
  type AlertName,
  createEventFeed,
  type EventFeed,
  type NodeEvent,
  type OpeningStep,
  type StampedEvent,
  type Subscription,
} from "./event-feed.ts";
export {type FinalModel, type FinalModelQuery, readFinalModel} from "./final-model.ts";
export type {NodeView, PeerView, RoundView} from "./node-view.ts";
export {OwnUpdates, type SettledUpdate} from "./own-updates.ts";
export {type PatientScores, patientLabels, patientTimes} from "./patient-scores.ts";
export {planStages, type StartingModel} from "./plan-stages.ts";
export type {RoundRecord} from "./round-record.ts";
export {createRoundWork, type RoundOutcome, type RoundWork} from "./round-work.ts";
export type {RunOutcome} from "./run-types.ts";
export {
  federatedStandardiser,
  ownStandardiser,
  siteStandardiser,
  unsharedStandardiser,
} from "./scaling.ts";
export {sessionSetup, type TracedSession, tracedSession} from "./session-setup.ts";
export {checkApproval, checkPlan, memberOf, type Site} from "./site.ts";
export {siteCount} from "./site-count.ts";
export {SiteStates, untrainedState} from "./site-state.ts";
export type {Stages} from "./stages.ts";
