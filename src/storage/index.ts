export type {CachedAddresses, KnownAddresses} from "./address-cache.ts";
export type {StorageErrorCode} from "./errors.ts";
export {type FileSystem, nodeFileSystem, type OpenFile} from "./file-system.ts";
export type {Journal} from "./journal.ts";
export {type ModelHash, type ModelStore, plainModelHash} from "./model-store.ts";
export {openStateDirectory, type RunStorage, type StateDirectory} from "./state-directory.ts";
export {writeDurably} from "./write-durably.ts";
