export {openBackend} from "./backend-selection.ts";
export type {ModelErrorCode} from "./errors.ts";
export {initialParameters} from "./initial-parameters.ts";
export {layoutOf} from "./layout.ts";
export type {
  BackendName,
  BackendPreference,
  ComputeBackend,
  Examples,
  Model,
  ModelSpec,
  OpenedBackend,
  PassedOver,
  Unlabelled,
} from "./types.ts";
