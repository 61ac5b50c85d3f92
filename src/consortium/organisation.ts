import {CodedError} from "../core/index.ts";
import {
  createWordCheck,
  type Genesis,
  genesisHash,
  type Membership,
  type MembershipRecords,
  readMembership,
  type Signed,
  type UnsignedWord,
  type VerifyWord,
  type WordToSign,
  wordToSign,
} from "../membership/index.ts";
import type {ConsortiumErrorCode} from "./errors.ts";
import {type Identity, type SignatureContext, verifySignature} from "./identity.ts";
import {type Roster, rosterOf} from "./roster.ts";

function contextOf({consortium}: WordToSign): SignatureContext {
  return {consortium, run: "", epoch: 0};
}

const verifyWord: VerifyWord = (key, word, signature) =>
  verifySignature(key, {purpose: word.purpose, context: contextOf(word), bytes: word.bytes, signature});

/**
 * Signs `word` for the consortium of `genesis` with the signer's key.
 * @param second the successor's key, or the ticket's, for the words that two keys sign
 */
export function signWord<Word extends UnsignedWord>(
  word: Word,
  genesis: Genesis,
  signer: Identity,
  second?: Identity,
): Signed<Word> {
  const signed = wordToSign(word, genesisHash(genesis));
  const signWith = (identity: Identity): Uint8Array =>
    identity.sign(signed.purpose, contextOf(signed), signed.bytes);
  const accepted = second === undefined ? {} : {accepted: signWith(second)};
  return {...word, signature: signWith(signer), ...accepted} as unknown as Signed<Word>;
}

/** Reads what `records` say, with the signatures of organisation keys. */
export function readSignedMembership(records: MembershipRecords): Membership {
  return readMembership(records, createWordCheck(records.genesis, verifyWord));
}

/**
 * The roster that a membership gives: its present members that have delegated a node key.
 * @throws {CodedError} CONSORTIUM_UNFOUNDED, CONSORTIUM_FORKED, CONSORTIUM_ROSTER_INVALID
 */
export function membershipRoster(membership: Membership, fileName: string): Roster {
  const {genesis, unsigned, isForked, current, delegations, next} = membership;
  if (unsigned.length > 0) {
    const code: ConsortiumErrorCode = "CONSORTIUM_UNFOUNDED";
    throw new CodedError(code, `${unsigned.length} founders have not signed the genesis in ${fileName}`, {
      hint: "Import the files in which they have signed it.",
    });
  }
  if (isForked) {
    const code: ConsortiumErrorCode = "CONSORTIUM_FORKED";
    throw new CodedError(code, `two records of height ${next.height} were decided in ${fileName}`, {
      hint: "`consilium consortium show` names who signed both; propose the next record without it.",
    });
  }
  const members = [...current.members.values()].flatMap(({organisation, name, role}) => {
    const delegation = delegations.get(organisation);
    if (delegation === undefined) return [];
    const {node: peerId, addresses, until} = delegation;
    return [{name, peerId, role, addresses, until}];
  });
  return rosterOf({formatVersion: 1, consortium: genesis.consortium, members}, fileName);
}
