import type {Membership} from "./chain.ts";
import {type MembershipRecords, membershipBodyHash} from "./encoding.ts";
import type {MembershipRecord} from "./records.ts";

/** The keys that ask to be admitted with any ticket of an accountable key. */
function askingKeys({words, accountable}: Membership): ReadonlySet<string> {
  return new Set(
    words.flatMap((word) => (word.kind === "request" && accountable.has(word.inviter) ? [word.signer] : [])),
  );
}

/**
 * The records that count, now or once others come: words whose signatures hold, of accountable keys and of keys
 * that ask to be admitted; and proposals for which an accountable key voted. Anybody can write the rest, which would
 * fill the file.
 */
export function pruned({genesis, records}: MembershipRecords, membership: Membership): MembershipRecords {
  const {words, accountable} = membership;
  const asking = askingKeys(membership);
  const kept: MembershipRecord[] = words.filter(({signer}) => accountable.has(signer) || asking.has(signer));
  const voted = new Set(
    words.flatMap((word) => (word.kind === "vote" && accountable.has(word.signer) ? [word.body] : [])),
  );
  for (const record of records)
    if (record.kind === "body" && voted.has(membershipBodyHash(record))) kept.push(record);
  return {genesis, records: kept};
}
