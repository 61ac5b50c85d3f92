export type {ConfigErrorCode} from "./errors.ts";
export {loadNodeConfig, type NodeConfig, nodeConfigJsonSchema, nodeConfigSchema} from "./node-config.ts";
export {composePlan, type PlanFacts, type PlanSettings} from "./plan-settings.ts";
export {findPreset, loadPlanSettings, type Preset, presetNames} from "./presets.ts";
export {readStatusSecrets, type StatusSecrets} from "./status-secrets.ts";
