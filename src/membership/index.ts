export {type Applicant, applicants} from "./admission.ts";
export {
  type DecidedRecord,
  type Membership,
  type OpenProposal,
  readMembership,
} from "./chain.ts";
export type {MembershipContradiction} from "./contradiction.ts";
export {
  chainId,
  decodeMembership,
  encodeMembership,
  isMembershipFile,
  type MembershipRecords,
  membershipBodyHash,
  unionOf,
} from "./encoding.ts";
export type {MembershipErrorCode} from "./errors.ts";
export {pruned} from "./pruning.ts";
export {
  type Delegation,
  type Enrolment,
  type Genesis,
  type Invitation,
  type MembershipBody,
  type MembershipChange,
  type MembershipRecord,
  MOST_DELEGATION_MS,
  ROLES,
  type SignedWord,
} from "./records.ts";
export {
  createWordCheck,
  type Signed,
  type UnsignedWord,
  type VerifyWord,
  type WordCheck,
  type WordToSign,
  wordToSign,
} from "./signatures.ts";
export {
  type Draft,
  draftBody,
  firstFreeHeight,
  founderVote,
  hasSay,
  refuseContradiction,
  skipOf,
  voteFor,
} from "./signing.ts";
export {parseTicket, type Ticket, ticketText} from "./ticket.ts";
