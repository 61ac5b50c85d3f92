export {createNode, type Node, type NodeOptions} from "./create-node.ts";
export type {NodeErrorCode} from "./errors.ts";
export type {Validation} from "./evaluation.ts";
export {type FinalModel, type FinalModelQuery, readFinalModel} from "./final-model.ts";
export type {NodeView, PeerView, RoundView} from "./node-view.ts";
export {type PatientScores, patientLabels} from "./patient-scores.ts";
export type {RunOutcome} from "./run.ts";
export {
  federatedStandardiser,
  ownStandardiser,
  siteStandardiser,
  unsharedStandardiser,
} from "./scaling.ts";
export {type TracedSession, tracedSession} from "./session-setup.ts";
export {siteCount} from "./site-count.ts";
