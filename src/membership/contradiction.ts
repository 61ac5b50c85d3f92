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

/** The subject that two words share if they can contradict each other, departures and successions aside. */
function subjectOf(word: SignedWord): string {
  switch (word.kind) {
    case "vote":
    case "skip":
      return `${word.height} ${word.previous}`;
    case "delegation":
      return `delegation ${word.sequence}`;
    case "departure":
    case "succession":
      return "end";
    case "invitation":
    case "request":
      return word.kind;
    default:
      return unreachable(word);
  }
}

/**
 * The words of one signer before it contradicts itself, by subject: there are few of one subject then, so that
 * the search takes time in proportion to the number of words.
 */
class SignersWords {
  readonly #texts = new Set<string>();
  readonly #bySubject = new Map<string, SignedWord[]>();

  /** Adds a word. @returns a word that it contradicts, if there is one */
  add(word: SignedWord): SignedWord | undefined {
    const text = JSON.stringify({...word, signature: null, accepted: null});
    if (this.#texts.has(text)) return undefined;
    this.#texts.add(text);
    const subject = subjectOf(word);
    const others = subject === "end" ? [...this.#bySubject.values()].flat() : this.#of(subject, "end");
    this.#bySubject.set(subject, [...this.#of(subject), word]);
    return others.find((other) => contradict(other, word));
  }

  #of(...subjects: readonly string[]): readonly SignedWord[] {
    return subjects.flatMap((subject) => this.#bySubject.get(subject) ?? []);
  }
}

/** The first contradiction of each signer that has any, in the order of `words`. */
export function contradictions(words: readonly SignedWord[]): readonly MembershipContradiction[] {
  const bySigner = new Map<string, SignersWords>();
  const found = new Map<string, MembershipContradiction>();
  for (const word of words) {
    const {signer} = word;
    if (found.has(signer)) continue;
    const own = bySigner.get(signer) ?? new SignersWords();
    bySigner.set(signer, own);
    const other = own.add(word);
    if (other !== undefined) found.set(signer, [other, word]);
  }
  return [...found.values()];
}
