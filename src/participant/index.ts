export type {ParticipantErrorCode} from "./errors.ts";
export type {LocalFacts} from "./local-facts.ts";
export {
  type FinishedUnit,
  type FinishedWork,
  type SegmentUnit,
  statisticsWork,
  trainingWork,
  unitWork,
} from "./local-work.ts";
export type {
  LocalTask,
  OwnWork,
  ParticipantEffect,
  ParticipantEvent,
  ParticipantSetup,
  ParticipantState,
} from "./own-round.ts";
export {createParticipant, freshParticipant, neededBlobs, type Participant} from "./participant.ts";
export {planStages, type StartingModel} from "./plan-stages.ts";
export type {LocalProgress} from "./rebase.ts";
export {restoreParticipant} from "./restore.ts";
export {
  federatedStandardiser,
  ownStandardiser,
  scalingUnder,
  siteStandardiser,
  unsharedStandardiser,
} from "./scaling.ts";
export {
  decodeState,
  type SiteHistory,
  type SiteState,
  type StateLine,
  type StoredState,
  settledLine,
  untrainedState,
} from "./site-state.ts";
export {nextRound, type Stage, type Stages} from "./stages.ts";
