import type {CancelTimer, Clock, Closable, Logger} from "../../core/index.ts";
import type {ReleaseCount, StateDirectory} from "../../storage/index.ts";

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
export type ReleaseKind = ReleaseCount["kind"];

/** The parts from which a release book is made. */
export interface ReleaseBookOptions {
  readonly state: Pick<StateDirectory, "readReleases" | "writeReleases">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * A count of all data that has left this node, by day (UTC), peer and kind, for the last 26 hours by hour; on
 * disk ten seconds later, and at closing.
 */
export interface ReleaseBook extends Closable {
  /** Records the kind of the blob with `hash`, before any peer can fetch it. */
  published(kind: Exclude<ReleaseKind, "frame">, hash: string): void;
  /** Records that a message went to `peer` (a name). */
  sentFrame(peer: string, bytes: number): void;
  /** Records that `peer` fetched `bytes` of the blob with `hash`. */
  sentBlob(peer: string, hash: string, bytes: number): void;
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

/** The {@link ReleaseBook} of a state directory. Faults of its file are logged and tolerated. */
export async function openReleaseBook({state, clock, logger}: ReleaseBookOptions): Promise<ReleaseBook> {
  const {releases, warning} = await state.readReleases();
  if (warning !== undefined) logger.warn("the counts of releases begin anew", {reason: warning});
  let rows = folded(releases, clock.wallMs());
  let foldedHour = Math.floor(clock.wallMs() / HOUR_MS);
  const kinds = new Map<string, Exclude<ReleaseKind, "frame">>();
  let cancel: CancelTimer | null = null;
  let writes = Promise.resolve();
  const write = (): void => {
    cancel = null;
    writes = writes
      .then(() => state.writeReleases([...rows.values()]))
      .catch((error: unknown) =>
        logger.warn("counts of releases could not be kept", {reason: String(error)}),
      );
  };
  const add = (peer: string, kind: ReleaseKind, bytes: number): void => {
    const wallMs = clock.wallMs();
    const at = new Date(wallMs);
    if (Math.floor(wallMs / HOUR_MS) !== foldedHour) {
      rows = folded(rows.values(), wallMs);
      foldedHour = Math.floor(wallMs / HOUR_MS);
    }
    const [day, hour] = [at.toISOString().slice(0, 10), at.getUTCHours()];
    addTo(rows, {day, hour, peer, kind, messages: 1, bytes});
    cancel ??= clock.after(WRITE_PAUSE_MS, write, {unref: true});
  };
  return {
    published(kind, hash) {
      kinds.delete(hash);
      kinds.set(hash, kind);
      const [oldest] = kinds.keys();
      if (kinds.size > KNOWN_BLOBS && oldest !== undefined) kinds.delete(oldest);
    },
    sentFrame: (peer, bytes) => add(peer, "frame", bytes),
    // Every blob is recorded before it is published; a forgotten one would count as the most revealing kind.
    sentBlob: (peer, hash, bytes) => add(peer, kinds.get(hash) ?? "update", bytes),
    counts: () => [...rows.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    async close() {
      if (cancel !== null) {
        cancel();
        write();
      }
      await writes;
    },
  };
}
