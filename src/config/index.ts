export type {ConfigErrorCode} from "./errors.ts";
export {
  type BaselineName,
  type DecentralisedGraph,
  type Experiment,
  type ExperimentData,
  experimentSchema,
  graphName,
  type MetricName,
} from "./experiment-schema.ts";
export {type SweepPoint, type SweptValue, sweepPoints, sweptValue} from "./experiment-sweep.ts";
export {
  type ExperimentName,
  experimentFiles,
  experimentNames,
  type LoadedExperiment,
  loadExperiment,
} from "./experiments.ts";
export {type ExplainedValue, explainConfig} from "./explain-config.ts";
export {loadNodeConfig, type NodeConfig, nodeConfigJsonSchema, nodeConfigSchema} from "./node-config.ts";
export {type PassphraseSource, readPassphrase} from "./passphrase.ts";
export {composePlan, type PlanFacts, type PlanSettings, withQuorumRule} from "./plan-settings.ts";
export {findPreset, loadPlanSettings, type Preset, presetNames} from "./presets.ts";
export {readStatusSecrets, readToken, type StatusSecrets} from "./status-secrets.ts";
