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

/** What the signer of `word` signs. */
export function wordToSign(word: UnsignedWord, consortium: string): WordToSign {
  const {signature: _, accepted: __, ...bare} = word as Partial<SignedWord> & {accepted?: unknown};
  return {purpose: `membership/${word.kind}`, consortium, bytes: canonical(bare)};
}

/** Tells whether a word's signatures are its signer's, and its successor's where it names one. */
export type WordCheck = (word: SignedWord) => boolean;

/** A {@link WordCheck} for one consortium, which checks each word once: a word is not to be changed. */
export function createWordCheck(genesis: Genesis, verify: VerifyWord): WordCheck {
  const id = genesisHash(genesis);
  const known = new WeakMap<SignedWord, boolean>();
  const check: WordCheck = (word) => {
    const signed = wordToSign(word, id);
    if (!verify(word.signer, signed, word.signature)) return false;
    return word.kind !== "succession" || verify(word.successor, signed, word.accepted);
  };
  return (word) => {
    const before = known.get(word);
    if (before !== undefined) return before;
    const holds = check(word);
    known.set(word, holds);
    return holds;
  };
}
