import type {Identity} from "../../consortium/index.ts";
import {type CancelTimer, type Clock, type Closable, type Logger, present} from "../../core/index.ts";
import {
  type LedgerEntry,
  type LedgerSigner,
  type LogEnd,
  makeBatch,
  newLog,
  originOf,
  segmentHeader,
  utcDay,
} from "../../ledger/index.ts";
import type {LedgerFiles, StateDirectory} from "../../storage/index.ts";
import {type CheckedLedger, checkStoredLedger, dayOfSegment, ledgerPrimitives} from "./check-ledger.ts";

const DAY_MS = 86_400_000;
/**
 * Number of days that are read and verified at a start. Older ones are left to `consilium audit verify`, so
 * that years of entries hold no start up.
 */
const DAYS_READ = 100;

/** The parts from which a node's ledger is made. */
export interface NodeLedgerOptions {
  readonly state: Pick<StateDirectory, "openLedger">;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Days after which whole days are dropped; absent: never. */
  readonly retentionDays?: number;
  /** Hears of the entries of the last 100 days at opening, those that an older version counted included. */
  onEntry(entry: LedgerEntry): void;
  /** Reports that a day could not be sealed: the node cannot go on. */
  onFatal(error: unknown): void;
}

/** A node's own ledger. Closing it leaves the day open, because the node may come back. */
export interface NodeLedger extends Closable {
  /**
   * Adds entries in their order, with a signed head over them; resolves when all are on disk. Entries of
   * another day than the last ones seal the day before. After a failure every further call fails alike.
   * @throws {CodedError} STORAGE_FULL, STORAGE_UNWRITABLE
   */
  append(entries: readonly LedgerEntry[]): Promise<void>;
}

/**
 * Opens and verifies the ledger of a node, or begins one; seals a day that is over.
 * @throws {CodedError} LEDGER_* that names the first bad entry; STORAGE_*
 */
export async function openNodeLedger(options: NodeLedgerOptions): Promise<NodeLedger> {
  const {state, identity, clock, logger, onEntry} = options;
  const files = await state.openLedger();
  const fromDay = utcDay(Math.max(0, clock.wallMs() - DAYS_READ * DAY_MS));
  const checked = await checkStoredLedger(files, {
    writer: identity.peerId,
    fromDay,
    onEntry: ({entry}) => onEntry(entry),
  });
  if (checked.tornBytes > 0)
    logger.warn("the torn end of an interrupted write was cut off the ledger", {
      detail: `${checked.tornBytes} bytes`,
    });
  const ledger = new FiledLedger(options, files, checked);
  await ledger.prepare(checked);
  return ledger;
}

class FiledLedger implements NodeLedger {
  readonly #options: NodeLedgerOptions;
  readonly #files: LedgerFiles;
  readonly #signer: LedgerSigner;
  #end: LogEnd;
  /** Day of the segment that is open for entries; null if none is. */
  #day: string | null;
  #queue: Promise<void> = Promise.resolve();
  #cancelSeal: CancelTimer | null = null;

  constructor(options: NodeLedgerOptions, files: LedgerFiles, {log}: CheckedLedger) {
    const {peerId, publicKey, signText} = options.identity;
    this.#options = options;
    this.#files = files;
    this.#signer = {peerId, publicKey, sign: signText};
    this.#end = log === null ? newLog(originOf(peerId, this.#now())) : log;
    this.#day = log === null || log.isSealed ? null : log.day;
  }

  /** Makes the files ready for more entries. */
  async prepare({log, names, head}: CheckedLedger): Promise<void> {
    const newest = names.at(-1);
    if (newest !== undefined) await this.#files.resume(newest);
    if (log !== null && log.checkpoint !== null && log.checkpoint !== head)
      await this.#files.writeHead(log.checkpoint);
    await this.#carry(log === null);
    await this.#sealPast();
    await this.#dropOld();
    this.#armSeal();
  }

  append(entries: readonly LedgerEntry[]): Promise<void> {
    const done = this.#queue.then(() => this.#appendAll(entries));
    this.#queue = done;
    done.catch(() => {});
    return done;
  }

  async close(): Promise<void> {
    this.#cancelSeal?.();
    await this.#queue.catch(() => {});
    await this.#files.close();
  }

  #now(): number {
    return Math.floor(this.#options.clock.wallMs());
  }

  /** Turns the counts of an older version into the first entries; they are part of the first write. */
  async #carry(isNew: boolean): Promise<void> {
    const counts = await this.#files.readCarried();
    if (counts.length === 0) return;
    const at = this.#now();
    const entries = counts.map(
      ({peer: name, kind: content, day, messages, bytes}): LedgerEntry => ({
        kind: "carried",
        at,
        day,
        name,
        content,
        messages,
        bytes,
      }),
    );
    if (isNew) {
      await this.append(entries);
      for (const entry of entries) this.#options.onEntry(entry);
    }
    await this.#files.removeCarried();
  }

  async #appendAll(entries: readonly LedgerEntry[]): Promise<void> {
    let rest = entries;
    while (rest.length > 0) {
      const day = utcDay(present(rest[0], "the first of some entries").at);
      const other = rest.findIndex(({at}) => utcDay(at) !== day);
      const count = other < 0 ? rest.length : other;
      await this.#write(day, rest.slice(0, count));
      rest = rest.slice(count);
    }
  }

  async #write(day: string, entries: readonly LedgerEntry[]): Promise<void> {
    if (this.#day !== null && this.#day !== day) await this.#seal(this.#day);
    const isNew = this.#day === null;
    const firstSeq = this.#end.frontier.size;
    const header = segmentHeader(this.#end, day);
    const {records, end} = makeBatch(ledgerPrimitives.hash, this.#signer, this.#end, entries);
    if (isNew) await this.#files.begin(firstSeq, day, [header, ...records]);
    else await this.#files.append(records);
    this.#day = day;
    await this.#keep(end);
    if (isNew) await this.#dropOld();
  }

  async #seal(day: string): Promise<void> {
    const entry: LedgerEntry = {kind: "seal", at: this.#now(), day};
    const {records, end} = makeBatch(ledgerPrimitives.hash, this.#signer, this.#end, [entry]);
    await this.#files.append(records);
    this.#day = null;
    await this.#keep(end);
  }

  async #keep(end: LogEnd): Promise<void> {
    this.#end = end;
    await this.#files.writeHead(present(end.checkpoint, "the head after a batch"));
  }

  async #sealPast(): Promise<void> {
    if (this.#day !== null && this.#day !== utcDay(this.#now())) await this.#seal(this.#day);
  }

  /** Seals the day soon after it is over, even if nothing leaves on the next. */
  #armSeal(): void {
    const {clock, onFatal} = this.#options;
    const restMs = DAY_MS - (this.#now() % DAY_MS);
    this.#cancelSeal = clock.after(
      restMs,
      () => {
        this.#queue = this.#queue.then(() => this.#sealPast());
        this.#queue.catch(onFatal);
        this.#armSeal();
      },
      {unref: true},
    );
  }

  /** Drops the oldest days, never the newest segment. */
  async #dropOld(): Promise<void> {
    const {retentionDays, logger} = this.#options;
    if (retentionDays === undefined) return;
    const firstKept = utcDay(Math.max(0, this.#now() - retentionDays * DAY_MS));
    for (const name of (await this.#files.names()).slice(0, -1)) {
      const day = dayOfSegment(name);
      if (day >= firstKept) return;
      await this.#files.drop(name);
      logger.info("a day of the ledger is older than it must be kept and was dropped", {detail: day});
    }
  }
}
