import {equals} from "uint8arrays";
import {type CodedError, unreachable} from "../core/index.ts";
import {type Checkpoint, type LedgerPrimitives, openCheckpoint, writerOf} from "./checkpoint.ts";
import {type LedgerEntry, utcDay} from "./entry.ts";
import {badEntry, badHead, foreign, forked, truncated} from "./faults.ts";
import {EMPTY_FRONTIER, type Frontier, frontierRoot, isFrontier, leafHash, withLeaf} from "./merkle.ts";
import {isConsistent} from "./proofs.ts";
import {decodeLogRecord, type LogEnd, type SegmentHeader, splitHashes} from "./segment.ts";

const DAY_MS = 86_400_000;

/** An entry that was verified, in its place. */
export interface PlacedEntry {
  /** Its number in the log, from 0. */
  readonly seq: number;
  readonly entry: LedgerEntry;
  /** Hash of its leaf. */
  readonly leaf: Uint8Array;
}

/** The parts of a check. */
export interface LogCheckOptions {
  readonly primitives: LedgerPrimitives;
  /** Peer id of the node that must have written the log; absent: the one that the log names. */
  readonly writer?: string;
  /** Takes each entry once the signed head over it was verified. */
  onEntry?(entry: PlacedEntry): void;
}

/** A log that was verified. */
export interface SoundLog extends LogEnd {
  /** Number of the first entry that is kept, and the frontier before it. */
  readonly before: Frontier;
  /** Day of the newest segment; null if there is none. */
  readonly day: string | null;
  /** True if nothing may be added to that segment. */
  readonly isSealed: boolean;
  /** Number of signed heads. */
  readonly heads: number;
}

interface Segment {
  readonly day: string;
  /** The beginning of the day, in wall-clock ms. */
  readonly fromMs: number;
  isSealed: boolean;
}

/**
 * Verifies a log record by record, and stops at the first fault with an error that names it. Records are
 * given in the order of the files and of their places in them.
 */
export class LogCheck {
  readonly #options: LogCheckOptions;
  readonly #roots = new Map<number, Uint8Array>();
  #origin: string | null = null;
  #before: Frontier = EMPTY_FRONTIER;
  #frontier: Frontier = EMPTY_FRONTIER;
  #checkpoint: string | null = null;
  #segment: Segment | null = null;
  #batch: PlacedEntry[] = [];
  #hashes: readonly Uint8Array[] | null = null;
  #heads = 0;

  constructor(options: LogCheckOptions) {
    this.#options = options;
  }

  /** Takes the next record. @throws {CodedError} LEDGER_ENTRY_BAD, LEDGER_HEAD_BAD, LEDGER_FOREIGN */
  add(bytes: Uint8Array): void {
    const record = decodeLogRecord(bytes);
    if (record === null) this.damaged(this.#day);
    switch (record.kind) {
      case "segment":
        return this.#begin(record);
      case "hashes":
        return this.#takeHashes(record.hashes);
      case "head":
        return this.#endBatch(record.checkpoint);
      case "release":
      case "carried":
      case "consent":
      case "seal":
        return this.#takeEntry(record, bytes);
      default:
        return unreachable(record);
    }
  }

  /**
   * Says that the segment of a day (UTC) is damaged where the next record should be.
   * @throws LEDGER_ENTRY_BAD, LEDGER_HEAD_BAD
   */
  damaged(day: string | null): never {
    if (this.#hashes === null) throw badEntry(this.#next, day, "is unreadable");
    throw badHead(this.#last, day, "the head over it is unreadable");
  }

  /**
   * Ends the check.
   * @param head the newest signed head, which was kept apart; null if there is none
   * @param proof that the log, as far as it was given, is the beginning of the head's; empty: it is the whole
   * @returns null if there is neither a record nor a head
   * @throws {CodedError} LEDGER_ENTRY_BAD, LEDGER_TRUNCATED, LEDGER_HEAD_BAD
   */
  end(head: string | null, proof: readonly Uint8Array[] = []): SoundLog | null {
    if (this.#batch.length > 0) throw badEntry(this.#frontier.size, this.#day, "has no signed head over it");
    if (head !== null) this.#compare(head, proof);
    // A crash can come between the first batch and the head that is kept apart, and at no later time.
    else if (this.#heads > 1 || this.#before.size > 0)
      throw badHead(this.#frontier.size - 1, this.#day, "the newest head is missing");
    if (this.#origin === null) return null;
    return {
      origin: this.#origin,
      before: this.#before,
      frontier: this.#frontier,
      checkpoint: this.#checkpoint,
      day: this.#day,
      isSealed: this.#segment === null || this.#segment.isSealed,
      heads: this.#heads,
    };
  }

  /**
   * Holds the log, which has ended, against a head that it had earlier, as another file shows it.
   * @throws {CodedError} LEDGER_FORKED, LEDGER_TRUNCATED
   */
  holdAgainst({origin, size, root}: Checkpoint): void {
    if (origin !== this.#origin) throw forked(`it is the log ${origin}, this is another`);
    if (size > this.#frontier.size) throw truncated(this.#frontier.size, this.#day, size);
    if (size < this.#before.size) return;
    const own = this.#roots.get(size);
    if (own === undefined || !equals(own, root)) throw forked(`it had other entries among its first ${size}`);
  }

  get #day(): string | null {
    return this.#segment === null ? null : this.#segment.day;
  }

  get #next(): number {
    return this.#frontier.size + this.#batch.length;
  }

  /** The last entry of the batch that is under way. */
  get #last(): number {
    return Math.max(this.#next - 1, 0);
  }

  #bad(what: string): CodedError {
    return badEntry(this.#next, this.#day, what);
  }

  #begin(header: SegmentHeader): void {
    const {origin, size, peaks, checkpoint, day} = header;
    const frontier = {size, peaks};
    const isFirst = this.#origin === null;
    if (isFirst) this.#beginLog(header);
    else if (this.#batch.length > 0 || this.#segment?.isSealed !== true) throw this.#bad("is missing");
    this.#segment = {day, fromMs: Date.parse(day), isSealed: false};
    if (origin !== this.#origin || (!isFirst && size !== this.#frontier.size)) throw this.#bad("is missing");
    if (!isFirst && !equals(frontierRoot(this.#options.primitives.hash, frontier), this.#root()))
      throw this.#bad("does not follow the entry before it");
    this.#checkHeader(frontier, checkpoint);
  }

  #beginLog({origin, size, peaks}: SegmentHeader): void {
    const {writer} = this.#options;
    const named = writerOf(origin);
    if (named === null) throw badHead(size, this.#day, `${origin} is no name of a ledger`);
    if (writer !== undefined && writer !== named) throw foreign(named, writer);
    this.#origin = origin;
    this.#before = {size, peaks};
    this.#frontier = this.#before;
  }

  /** Checks that the head before a segment is signed, and is the one over its frontier. */
  #checkHeader(frontier: Frontier, note: string | null): void {
    const {primitives} = this.#options;
    const seq = frontier.size;
    if (!isFrontier(frontier)) throw badHead(seq, this.#day, "the hashes of what came before are not whole");
    this.#roots.set(seq, this.#root());
    if (seq === 0 && note === null) return;
    const head = note === null ? null : openCheckpoint(primitives, note);
    if (head === null || !this.#isOver(head, frontier))
      throw badHead(seq, this.#day, "the head of what came before is not that of its hashes");
    this.#checkpoint = note;
  }

  #isOver({origin, size, root}: Checkpoint, frontier: Frontier): boolean {
    if (origin !== this.#origin || size !== frontier.size) return false;
    return equals(root, frontierRoot(this.#options.primitives.hash, frontier));
  }

  #root(): Uint8Array {
    return frontierRoot(this.#options.primitives.hash, this.#frontier);
  }

  #takeEntry(entry: LedgerEntry, bytes: Uint8Array): void {
    if (this.#segment === null || this.#segment.isSealed) throw this.#bad("is after the end of its day");
    if (this.#hashes !== null) throw this.#bad("is after the end of its batch");
    const {day, fromMs} = this.#segment;
    // Only of a wrong one the day is written out, which takes long for a million entries.
    const isOfDay =
      entry.kind === "seal" ? entry.day === day : entry.at >= fromMs && entry.at < fromMs + DAY_MS;
    if (!isOfDay) throw this.#bad(`is of ${entry.kind === "seal" ? entry.day : utcDay(entry.at)}`);
    if (entry.kind === "seal") this.#segment.isSealed = true;
    const leaf = leafHash(this.#options.primitives.hash, bytes);
    this.#batch.push({seq: this.#next, entry, leaf});
  }

  #takeHashes(hashes: Uint8Array): void {
    const split = splitHashes(hashes);
    const isOfBatch = this.#hashes === null && this.#batch.length > 0;
    if (!isOfBatch || split === null) throw this.#bad("is unreadable");
    this.#hashes = split;
  }

  #endBatch(note: string): void {
    const {hash} = this.#options.primitives;
    const batch = this.#batch;
    const head = openCheckpoint(this.#options.primitives, note);
    if (head === null || head.origin !== this.#origin)
      throw badHead(this.#last, this.#day, "the signature of the head over it does not hold");
    const frontier = batch.reduce((before, {leaf}) => withLeaf(hash, before, leaf), this.#frontier);
    if (batch.length === 0 || !this.#isOver(head, frontier)) throw this.#firstBad(head);
    const hashes = this.#hashes;
    const isListed =
      hashes?.length === batch.length && batch.every(({leaf}, index) => isAt(hashes, index, leaf));
    if (!isListed)
      throw badEntry(this.#frontier.size, this.#day, "has another hash in the list of its batch");
    this.#frontier = frontier;
    this.#checkpoint = note;
    this.#roots.set(head.size, head.root);
    this.#heads += 1;
    this.#hashes = null;
    this.#batch = [];
    for (const placed of batch) this.#options.onEntry?.(placed);
  }

  /** Finds the first entry that differs from the list of hashes, if the signed head is over that list. */
  #firstBad(head: Checkpoint): CodedError {
    const {hash} = this.#options.primitives;
    const hashes = this.#hashes === null ? [] : this.#hashes;
    const listed = hashes.reduce((before, leaf) => withLeaf(hash, before, leaf), this.#frontier);
    const size = this.#frontier.size;
    const what = "is missing, or not the one that was signed";
    if (!this.#isOver(head, listed)) return badEntry(size, this.#day, what);
    const wrong = this.#batch.findIndex(({leaf}, index) => !isAt(hashes, index, leaf));
    return badEntry(size + (wrong < 0 ? this.#batch.length : wrong), this.#day, what);
  }

  #compare(note: string, proof: readonly Uint8Array[]): void {
    const {primitives} = this.#options;
    const size = this.#frontier.size;
    const head = openCheckpoint(primitives, note);
    if (head === null || (this.#origin !== null && head.origin !== this.#origin))
      throw badHead(Math.max(size - 1, 0), this.#day, "the newest head is not signed by the log's writer");
    if (head.size > size) {
      const claim = {first: size, firstRoot: this.#root(), second: head.size, secondRoot: head.root, proof};
      if (proof.length > 0 && isConsistent(primitives.hash, claim)) return;
      throw truncated(size, this.#day, head.size);
    }
    const own = this.#roots.get(head.size);
    if (proof.length === 0 && own !== undefined && equals(own, head.root)) return;
    throw badHead(Math.max(head.size - 1, 0), this.#day, "the newest head is not one of this log");
  }
}

function isAt(hashes: readonly Uint8Array[], index: number, leaf: Uint8Array): boolean {
  const listed = hashes[index];
  return listed !== undefined && equals(listed, leaf);
}
