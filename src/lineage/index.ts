export {type AppliedModel, appliedModel} from "./applied-model.ts";
export {INTENDED_USE} from "./card.ts";
export {certifiedModel, type Exporter, type FinishedRun} from "./certified-model.ts";
export type {LineageErrorCode} from "./errors.ts";
export {checkNames, FILE_NAMES, foreignFile, IGNORED_NAMES, type ModelFiles} from "./model-files.ts";
export type {MemberPart} from "./participation.ts";
export type {Stretch} from "./stretches.ts";
export {type BroughtPapers, type VerifiedModel, verifyModel} from "./verify-model.ts";
