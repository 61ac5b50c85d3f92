import type {CancelTimer, Clock, Closable} from "../../core/index.ts";
import type {LedgerEntry, ReleaseEntry} from "../../ledger/index.ts";
import type {MemberId} from "../../rounds/index.ts";
import type {NodeLedger} from "../ledger/node-ledger.ts";

const WRITE_PAUSE_MS = 10_000;
const HOUR_MS = 3_600_000;
/**
 * Number of hours with rows of their own, a little more than a day: a reader in any time zone can tell what
 * left since midnight there.
 */
const HOURS_APART = 26;
/** Number of remembered blobs, more than a run keeps published at any time. */
const KNOWN_BLOBS = 4096;

/**
 * The kinds of data that can leave a node: an own update, a sum of updates, a round's result, a message of
 * the protocol.
 */
export type ReleaseKind = ReleaseEntry["content"];

/**
 * Amount of one kind that went to one peer (its name) on one day (UTC). `hour` limits it to one hour; null
 * stands for the hours of that day without a row of their own.
 */
export interface ReleaseCount {
  readonly day: string;
  readonly hour: number | null;
  readonly peer: string;
  readonly kind: ReleaseKind;
  readonly messages: number;
  readonly bytes: number;
}

/** The parts from which a release book is made. */
export interface ReleaseBookOptions {
  /** Opens the ledger, of which the book hears every entry that it holds. */
  openLedger(onEntry: (entry: LedgerEntry) => void): Promise<NodeLedger>;
  readonly clock: Clock;
  readonly run: string;
  /** Hash of the plan that this site has approved for the run. */
  readonly plan: string;
  /** The round under way, from 0. */
  readonly round: number;
  nameOf(member: MemberId): string;
  /** Reports that something left and cannot be written down: nothing more may leave. */
  onFatal(error: unknown): void;
}

/**
 * A count of all data that has left this node, by day (UTC), peer and kind, for the last 26 hours by hour. It
 * is the sum of the ledger's entries and of what is about to become one: at the end of the round, ten seconds
 * after it left, or at closing, whichever comes first.
 */
export interface ReleaseBook extends Closable {
  /** Records the kind of the blob with `hash`, before any peer can fetch it. */
  published(kind: Exclude<ReleaseKind, "frame">, hash: string): void;
  /** Records that a message went to `peer`. */
  sentFrame(peer: MemberId, bytes: number): void;
  /** Records that `peer` fetched `bytes` of the blob with `hash`. */
  sentBlob(peer: MemberId, hash: string, bytes: number): void;
  /** Records that a round is decided; what leaves from here on leaves in the next. */
  settled(round: number): void;
  /** The counts, oldest day first. */
  counts(): readonly ReleaseCount[];
}

type Row = Omit<ReleaseCount, "messages" | "bytes">;

function keyOf({day, hour, peer, kind}: Row): string {
  return `${day} ${hour === null ? "" : String(hour).padStart(2, "0")} ${kind} ${peer}`;
}

/** Adds `count` to its row in `rows`. */
function addTo(rows: Map<string, ReleaseCount>, count: ReleaseCount): void {
  const key = keyOf(count);
  const {messages, bytes} = rows.get(key) ?? {messages: 0, bytes: 0};
  rows.set(key, {...count, messages: messages + count.messages, bytes: bytes + count.bytes});
}

/** `counts` at a time (wall-clock ms), with hours older than 26 hours merged into days. */
function folded(counts: Iterable<ReleaseCount>, wallMs: number): Map<string, ReleaseCount> {
  const oldestMs = wallMs - HOURS_APART * HOUR_MS;
  const rows = new Map<string, ReleaseCount>();
  for (const count of counts) {
    const {day, hour} = count;
    const isOld = hour !== null && Date.parse(day) + hour * HOUR_MS < oldestMs;
    addTo(rows, isOld ? {...count, hour: null} : count);
  }
  return rows;
}

/** The row to which an entry counts; null if nothing left by it. */
function countOf(entry: LedgerEntry): ReleaseCount | null {
  if (entry.kind !== "release" && entry.kind !== "carried") return null;
  const {name: peer, content: kind, messages, bytes} = entry;
  if (entry.kind === "carried") return {day: entry.day, hour: null, peer, kind, messages, bytes};
  const at = new Date(entry.at);
  const [day, hour] = [at.toISOString().slice(0, 10), at.getUTCHours()];
  return {day, hour, peer, kind, messages, bytes};
}

/**
 * Opens the ledger and its {@link ReleaseBook}, and writes down that the plan is approved, unless the ledger
 * says so already.
 * @throws LEDGER_*, STORAGE_*
 */
export async function openReleaseBook(options: ReleaseBookOptions): Promise<ReleaseBook> {
  const book = new LedgerBook(options);
  try {
    await book.open();
    return book;
  } catch (error) {
    await book.close();
    throw error;
  }
}

class LedgerBook implements ReleaseBook {
  readonly #options: ReleaseBookOptions;
  readonly #kinds = new Map<string, Exclude<ReleaseKind, "frame">>();
  readonly #pending = new Map<string, ReleaseEntry>();
  #rows = new Map<string, ReleaseCount>();
  #foldedHour: number;
  #round: number;
  #isApproved = false;
  #ledger: NodeLedger | null = null;
  #cancel: CancelTimer | null = null;

  constructor(options: ReleaseBookOptions) {
    this.#options = options;
    this.#round = options.round;
    this.#foldedHour = Math.floor(options.clock.wallMs() / HOUR_MS);
  }

  async open(): Promise<void> {
    const {openLedger, clock, run, plan} = this.#options;
    const ledger = await openLedger((entry) => this.#hear(entry));
    this.#ledger = ledger;
    this.#rows = folded(this.#rows.values(), clock.wallMs());
    if (this.#isApproved) return;
    await ledger.append([{kind: "consent", at: this.#now(), run, plan, decision: "approved"}]);
  }

  published(kind: Exclude<ReleaseKind, "frame">, hash: string): void {
    this.#kinds.delete(hash);
    this.#kinds.set(hash, kind);
    const [oldest] = this.#kinds.keys();
    if (this.#kinds.size > KNOWN_BLOBS && oldest !== undefined) this.#kinds.delete(oldest);
  }

  sentFrame(peer: MemberId, bytes: number): void {
    this.#add(peer, {content: "frame", bytes});
  }

  sentBlob(peer: MemberId, hash: string, bytes: number): void {
    // Every blob is recorded before it is published; a forgotten one would count as the most revealing kind.
    this.#add(peer, {content: this.#kinds.get(hash) ?? "update", blob: hash, bytes});
  }

  settled(round: number): void {
    this.#write();
    this.#round = round + 1;
  }

  counts(): readonly ReleaseCount[] {
    return [...this.#rows.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  async close(): Promise<void> {
    this.#write();
    await this.#ledger?.close();
  }

  #now(): number {
    return Math.floor(this.#options.clock.wallMs());
  }

  #hear(entry: LedgerEntry): void {
    const {run, plan} = this.#options;
    if (entry.kind === "consent" && entry.run === run && entry.plan === plan) this.#isApproved = true;
    const count = countOf(entry);
    if (count !== null) addTo(this.#rows, count);
  }

  #add(peer: MemberId, left: Pick<ReleaseEntry, "content" | "blob" | "bytes">): void {
    const {clock, run, nameOf} = this.#options;
    const at = this.#now();
    const hour = Math.floor(at / HOUR_MS);
    const entry: ReleaseEntry = {
      kind: "release",
      at,
      run,
      round: this.#round,
      peer,
      name: nameOf(peer),
      messages: 1,
      ...left,
    };
    if (hour !== this.#foldedHour) {
      this.#rows = folded(this.#rows.values(), at);
      this.#foldedHour = hour;
    }
    this.#hear(entry);
    // One entry is of one hour, so the counts that are made of it are the same.
    const key = `${hour} ${left.content} ${left.blob ?? "frame"} ${peer}`;
    const before = this.#pending.get(key);
    const sum =
      before === undefined
        ? entry
        : {...entry, messages: before.messages + 1, bytes: before.bytes + entry.bytes};
    this.#pending.set(key, sum);
    this.#cancel ??= clock.after(WRITE_PAUSE_MS, () => this.#write(), {unref: true});
  }

  #write(): void {
    this.#cancel?.();
    this.#cancel = null;
    const entries = [...this.#pending.values()];
    this.#pending.clear();
    if (entries.length > 0) this.#ledger?.append(entries).catch(this.#options.onFatal);
  }
}
