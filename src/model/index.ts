export {openBackend} from "./backend/selection.ts";
export {tfjsVersion} from "./backend/tfjs-version.ts";
export type {ModelErrorCode} from "./errors.ts";
export {initialParameters} from "./initial-parameters.ts";
export {layoutOf} from "./layout.ts";
export {
  type BackendName,
  type BackendPreference,
  type BagModelSpec,
  type ComputeBackend,
  type CoxSpec,
  type Examples,
  type GatedAttentionMilSpec,
  isBagModel,
  type Model,
  type ModelSpec,
  type OpenedBackend,
  type PassedOver,
  type TileExplanation,
  type TileMlpSpec,
  type Unlabelled,
} from "./types.ts";
