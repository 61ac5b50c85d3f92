export {clipFactor, l2Norm} from "./clip.ts";
export type {PrivacyErrorCode} from "./errors.ts";
export {
  isRelease,
  type Release,
  type ReleasedUpdate,
  releaseAgain,
  releaseMixture,
  releaseSnapshot,
  releaseUpdate,
  type UpdateToRelease,
} from "./release.ts";
