export {describePlan} from "./describe-plan.ts";
export type {ConsortiumErrorCode} from "./errors.ts";
export {
  createIdentity,
  type Identity,
  type SignatureContext,
  type SignedBytes,
  verifySignature,
  verifyText,
} from "./identity.ts";
export {peerIdOf, publicKeyOf} from "./peer-id.ts";
export {type IdentifiedPlan, type Plan, parsePlan, planJsonSchema, planSchema, runId} from "./plan.ts";
export {checkCombinations} from "./plan-combinations.ts";
export {
  consortiumId,
  nameSchema,
  parseRoster,
  type Roster,
  type RosterMember,
  rosterHash,
} from "./roster.ts";
export {capVoters, weightCap} from "./weight-cap.ts";
