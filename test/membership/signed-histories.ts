import {toString} from "uint8arrays";
import {verifySignature} from "../../src/consortium/index.ts";
import {at} from "../../src/core/index.ts";
import {
  chainId,
  createWordCheck,
  encodeMembership,
  type MembershipRecord,
  type SignedWord,
  type VerifyWord,
  wordToSign,
} from "../../src/membership/index.ts";
import {type Keys, Scenario} from "./scenario.ts";
import {identities, keyOf, TALES, type Verdict} from "./signed-tales.ts";

/** One signed history with what must be read in it. */
export interface SignedHistory {
  readonly name: string;
  readonly scenario: Scenario;
  readonly records: readonly MembershipRecord[];
  readonly verdict: Verdict;
}

const contextOf = (consortium: string) => ({consortium, run: "", epoch: 0});

export const verifyWord: VerifyWord = (key, {purpose, consortium, bytes}, signature) =>
  verifySignature(key, {purpose, context: contextOf(consortium), bytes, signature});

const REAL: Keys = {
  keyOf,
  sign: (word, genesis) => {
    const {purpose, consortium, bytes} = wordToSign(word, chainId(genesis));
    const signedBy = (key: string): Uint8Array => {
      const identity = at(
        identities.filter(({peerId}) => peerId === key),
        0,
      );
      return identity.sign(purpose, contextOf(consortium), bytes);
    };
    const signed = {...word, signature: signedBy(word.signer)};
    return (
      word.kind === "succession" ? {...signed, accepted: signedBy(word.successor)} : signed
    ) as SignedWord;
  },
  check: (genesis) => createWordCheck(genesis, verifyWord),
};

const RECOVERY = {keys: [keyOf(20), keyOf(21)], threshold: 2};

export const SIGNED_HISTORIES: readonly SignedHistory[] = TALES.map(([name, founders, tale, verdict]) => {
  const scenario = new Scenario(founders, RECOVERY, REAL);
  return {name, scenario, records: [...scenario.founding(), ...tale(scenario)], verdict};
});

/** The number of a key. */
export function numberOf(key: string): number {
  return identities.findIndex(({peerId}) => peerId === key);
}

/** Keys by name, one after the other. */
const textOf = (sites: readonly number[]): string => sites.map(keyOf).join(" ");

/** The committed form of a history: its file in base64, and what must be read in it, keys by name. */
export function committedForm({name, scenario, records, verdict}: SignedHistory) {
  const {head} = scenario.read(...records);
  const {height, members, isForked, liars} = verdict;
  return {
    name,
    records: toString(encodeMembership({genesis: scenario.genesis, records}), "base64pad"),
    verdict: {height, head, members: textOf(members), isForked, liars: textOf(liars)},
  };
}
