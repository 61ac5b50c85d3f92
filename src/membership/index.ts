export {
  type DecidedRecord,
  type Membership,
  type OpenProposal,
  readMembership,
} from "./chain.ts";
export {contradict, type MembershipContradiction} from "./contradiction.ts";
export {
  decodeMembership,
  encodeMembership,
  genesisHash,
  type MembershipRecords,
  membershipBodyHash,
} from "./encoding.ts";
export type {MembershipErrorCode} from "./errors.ts";
export type {
  Delegation,
  Enrolment,
  Genesis,
  MembershipBody,
  MembershipChange,
  MembershipRecord,
  SignedWord,
} from "./records.ts";
export {
  createWordCheck,
  type UnsignedWord,
  type VerifyWord,
  type WordCheck,
  type WordToSign,
  wordToSign,
} from "./signatures.ts";
export {type Draft, draftBody, founderVote, refuseContradiction, skipOf, voteFor} from "./signing.ts";
