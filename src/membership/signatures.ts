import {unreachable} from "../core/index.ts";
import {canonical, genesisHash} from "./encoding.ts";
import type {Genesis, SignedWord} from "./records.ts";

/** What a signature is made over. */
export interface WordToSign {
  /** Part of the signed message, so that no word can be taken for one of another kind. */
  readonly purpose: `membership/${SignedWord["kind"]}`;
  /** The consortium's id. */
  readonly consortium: string;
  readonly bytes: Uint8Array;
}

/** Tells whether the holder of `key` signed `word`; false for rubbish. */
export type VerifyWord = (key: string, word: WordToSign, signature: Uint8Array) => boolean;

/** A word without its signatures. */
export type UnsignedWord = SignedWord extends infer Word
  ? Word extends SignedWord
    ? Omit<Word, "signature" | "accepted">
    : never
  : never;

/** The signed form of an {@link UnsignedWord}. */
export type Signed<Word extends UnsignedWord> = Extract<SignedWord, {readonly kind: Word["kind"]}>;

/** What the signers of `word` sign. */
export function wordToSign(word: UnsignedWord | SignedWord, consortium: string): WordToSign {
  const bare = Object.fromEntries(
    Object.entries(word).filter(([name]) => name !== "signature" && name !== "accepted"),
  );
  return {purpose: `membership/${word.kind}`, consortium, bytes: canonical(bare)};
}

/** The key that signs beside the signer: a successor accepts, a ticket's key proves an invitation. */
function secondSignature(word: SignedWord): readonly [string, Uint8Array] | null {
  switch (word.kind) {
    case "succession":
      return [word.successor, word.accepted];
    case "request":
      return [word.ticket, word.accepted];
    case "vote":
    case "skip":
    case "delegation":
    case "departure":
    case "invitation":
      return null;
    default:
      return unreachable(word);
  }
}

/** Tells whether all signatures of a word hold. */
export type WordCheck = (word: SignedWord) => boolean;

/** A {@link WordCheck} for one consortium, which checks each word once: a word is not to be changed. */
export function createWordCheck(genesis: Genesis, verify: VerifyWord): WordCheck {
  const id = genesisHash(genesis);
  const known = new WeakMap<SignedWord, boolean>();
  const check: WordCheck = (word) => {
    const signed = wordToSign(word, id);
    const second = secondSignature(word);
    const isByOther = second === null || verify(second[0], signed, second[1]);
    return isByOther && verify(word.signer, signed, word.signature);
  };
  return (word) => {
    const before = known.get(word);
    if (before !== undefined) return before;
    const holds = check(word);
    known.set(word, holds);
    return holds;
  };
}
