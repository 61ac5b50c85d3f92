import {equals} from "uint8arrays";
import {unreachable} from "../core/index.ts";
import {canonical} from "./encoding.ts";
import type {Departure, MembershipVote, SignedWord, Skip, Succession} from "./records.ts";
import {wordToSign} from "./signatures.ts";

/** Two signed words of one member of which it may have signed only one. */
export type MembershipContradiction = readonly [SignedWord, SignedWord];

function sameWords(first: SignedWord, second: SignedWord): boolean {
  // The consortium is the same: both words are from one chain.
  return equals(wordToSign(first, "").bytes, wordToSign(second, "").bytes);
}

/** Tells whether both are about the record after the same one. After a recovery, the same height follows another one. */
function areOfOnePlace(first: MembershipVote | Skip, second: MembershipVote | Skip): boolean {
  return first.height === second.height && first.previous === second.previous;
}

/** A skip tells of the signer's latest vote: a vote that it denies or that follows it is a lie. */
function skipDenies(skip: Skip, vote: MembershipVote): boolean {
  if (!areOfOnePlace(skip, vote) || vote.attempt > skip.attempt) return false;
  const {latest} = skip;
  if (latest === null || vote.attempt > latest.attempt) return true;
  return vote.attempt === latest.attempt && vote.body !== latest.body;
}

/** Two skips of one height: the later one tells of every vote that the earlier one tells of, or of a later vote. */
function skipsDiffer(first: Skip, second: Skip): boolean {
  if (!areOfOnePlace(first, second)) return false;
  const [earlier, later] = first.attempt <= second.attempt ? [first, second] : [second, first];
  if (earlier.attempt === later.attempt) return !sameWords(first, second);
  const {latest} = later;
  if (latest !== null && latest.attempt > earlier.attempt) return false;
  return !equals(canonical(latest), canonical(earlier.latest));
}

function skipExcludes(skip: Skip, other: SignedWord): boolean {
  if (other.kind === "vote") return skipDenies(skip, other);
  return other.kind === "skip" && skipsDiffer(skip, other);
}

function votesDiffer(first: MembershipVote, second: MembershipVote): boolean {
  return areOfOnePlace(first, second) && first.attempt === second.attempt && first.body !== second.body;
}

/** A key that has left, or has a successor, signs nothing from that height on, and does not end twice. */
function endExcludes(end: Departure | Succession, other: SignedWord): boolean {
  if (other.kind === "vote" || other.kind === "skip") return other.height >= end.height;
  return (other.kind === "departure" || other.kind === "succession") && !sameWords(end, other);
}

/** Tells whether one of the words must not have been signed beside the other. */
function excludes(first: SignedWord, second: SignedWord): boolean {
  switch (first.kind) {
    case "vote":
      return second.kind === "vote" && votesDiffer(first, second);
    case "skip":
      return skipExcludes(first, second);
    case "delegation":
      return second.kind === "delegation" && first.sequence === second.sequence && !sameWords(first, second);
    case "departure":
    case "succession":
      return endExcludes(first, second);
    case "invitation":
    case "request":
      return false;
    default:
      return unreachable(first);
  }
}

/** Tells whether two words of one signer contradict each other: one of them alone may be signed. */
export function contradict(first: SignedWord, second: SignedWord): boolean {
  return first.signer === second.signer && (excludes(first, second) || excludes(second, first));
}

/** The first contradiction of each signer that has any, in the order of `words`. */
export function contradictions(words: readonly SignedWord[]): readonly MembershipContradiction[] {
  const bySigner = new Map<string, SignedWord[]>();
  const found = new Map<string, MembershipContradiction>();
  for (const word of words) {
    const before = bySigner.get(word.signer);
    if (before === undefined) bySigner.set(word.signer, [word]);
    else if (!found.has(word.signer)) {
      const other = before.find((each) => contradict(each, word));
      if (other !== undefined) found.set(word.signer, [other, word]);
      before.push(word);
    }
  }
  return [...found.values()];
}
