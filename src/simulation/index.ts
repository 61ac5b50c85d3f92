export {alieZ} from "./attacks/alie.ts";
export {attackVector} from "./attacks/attack-vector.ts";
export type {Attack, AttackView, Update} from "./attacks/attacks.ts";
export type {Cohort, CohortKind} from "./cohort.ts";
export {unlessDiverged} from "./engine/divergence.ts";
export {lineSpeed, meanDelayMs, stepMs} from "./engine/link-times.ts";
export {type SimulatedIdentity, startingModel} from "./engine/network.ts";
export type {HeldModels, NetworkOutcome, NetworkRound, RoundHook, Stall} from "./engine/network-outcome.ts";
export {type NetworkHooks, runNetwork} from "./engine/run-network.ts";
export {
  defaultThreads,
  openTrainerPool,
  type TrainerPool,
  type TrainerPoolOptions,
  type TrainingChanges,
} from "./engine/trainer-pool.ts";
export type {SimulationErrorCode} from "./errors.ts";
export {type ReplayReport, replayTrace} from "./replay/replay-trace.ts";
export type {TimelineEntry} from "./replay/timeline.ts";
export {readExternalSites, readSites, type SiteData, type SitesQuery} from "./site-data.ts";
export type {Trial} from "./trial.ts";
export {faultPointOf, faultsAt, type PlannedFault} from "./world/fault-points.ts";
export {type LinkModel, logNormalLatency, PLAIN_LINK, uniformLatency} from "./world/link-model.ts";
export type {AnnouncedTraining, Fault, WorldOptions} from "./world/options.ts";
export {World} from "./world/world.ts";
