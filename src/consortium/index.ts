export {describePlan} from "./describe-plan.ts";
export type {ConsortiumErrorCode} from "./errors.ts";
export {
  createIdentity,
  envelopeBytes,
  fingerprintOf,
  type Identity,
  type SignatureContext,
  type SignedBytes,
  type SignedEnvelope,
  verifyEnvelope,
  verifySignature,
  verifyText,
} from "./identity.ts";
export {membershipRoster, readSignedMembership, signWord} from "./organisation.ts";
export {peerIdOf, publicKeyOf} from "./peer-id.ts";
export {type IdentifiedPlan, type Plan, parsePlan, planJsonSchema, planSchema, runId} from "./plan.ts";
export {checkCombinations} from "./plan-combinations.ts";
export {
  consortiumId,
  parseRoster,
  type Roster,
  type RosterMember,
  rosterHash,
} from "./roster.ts";
export {capVoters, weightCap} from "./weight-cap.ts";
