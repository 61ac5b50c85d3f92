import type {CertificateBody, FrameOf, VoteStep} from "../../../../src/rounds/frames.ts";
import {bodyHash, type MemberId} from "../../../../src/rounds/index.ts";
import {hash} from "../cast.ts";

/** A frame that decides something. */
export type Telling = FrameOf<"start" | "propose" | "vote" | "timeout">;

/** What an honest member has said. */
export interface Word {
  readonly from: MemberId;
  readonly frame: Telling;
}

/**
 * All that honest members have said, by its text. Nothing is ever taken from it: whoever has not heard a word yet may
 * hear it at any time, in any order, or never. So loss, delay, repetition and reordering are all in it.
 */
export type Board = ReadonlyMap<string, Word>;

/** A vote on the board, without its maker. */
export interface Ballot {
  readonly ballot: number;
  readonly step: VoteStep;
  /** Its hash. */
  readonly body: string;
}

/** The honest members that voted so. */
export interface Tally extends Ballot {
  readonly voters: readonly MemberId[];
}

const HASHES = new WeakMap<CertificateBody, string>();

/** {@link bodyHash}, worked out once. */
export function nameOf(body: CertificateBody): string {
  const known = HASHES.get(body) ?? bodyHash(hash, body);
  HASHES.set(body, known);
  return known;
}

/** The vote that a frame says; a proposal is its maker's own. */
export function voteIn({frame}: Word): Ballot | null {
  if (frame.type === "vote") return frame;
  return frame.type === "propose" ? {ballot: frame.ballot, step: "accept", body: nameOf(frame.body)} : null;
}

function textOf({from, frame}: Word): string {
  switch (frame.type) {
    case "start":
      return `${from} start ${frame.ballot} ${frame.trial} ${frame.participants.map(({member}) => member)}`;
    case "propose":
      return `${from} propose ${frame.ballot} ${nameOf(frame.body)} ${frame.proof?.ballot}`;
    case "vote":
      return `${from} vote ${frame.ballot} ${frame.step} ${frame.body}`;
    default: {
      const {ballot, lock} = frame;
      return `${from} timeout ${ballot} ${lock === null ? "" : `${lock.ballot} ${nameOf(lock.body)}`}`;
    }
  }
}

/** The board with `words` on it. */
export function withWords(board: Board, words: readonly Word[]): Board {
  const fresh = words.filter((word) => !board.has(textOf(word)));
  return fresh.length === 0
    ? board
    : new Map([...board, ...fresh.map((word) => [textOf(word), word] as const)]);
}

const TALLIES = new WeakMap<Board, readonly Tally[]>();

/** The votes on a board, counted. */
export function talliesOf(board: Board): readonly Tally[] {
  const known = TALLIES.get(board);
  if (known !== undefined) return known;
  const voters = new Map<string, Ballot & {readonly voters: Set<MemberId>}>();
  for (const word of board.values()) {
    const vote = voteIn(word);
    if (vote === null) continue;
    const {ballot, step, body} = vote;
    const key = `${ballot} ${step} ${body}`;
    const tally = voters.get(key) ?? {ballot, step, body, voters: new Set()};
    tally.voters.add(word.from);
    voters.set(key, tally);
  }
  const tallies = [...voters.values()].map((tally) => ({...tally, voters: [...tally.voters].sort()}));
  TALLIES.set(board, tallies);
  return tallies;
}
