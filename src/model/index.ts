export type {ModelErrorCode} from "./errors.ts";
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
