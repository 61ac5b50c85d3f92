export type {CachedAddresses, KnownAddresses} from "./address-cache.ts";
export type {StorageErrorCode} from "./errors.ts";
export type {FileSystem, OpenFile} from "./file-system.ts";
export {type InspectedState, inspectState} from "./inspect-state.ts";
export type {Journal} from "./journal.ts";
export type {ModelHash, ModelStore} from "./model-store.ts";
export type {KeptReleases, ReleaseCount} from "./release-counts.ts";
export {openStateDirectory, type RunStorage, type StateDirectory} from "./state-directory.ts";
export type {TraceFiles} from "./trace-files.ts";
