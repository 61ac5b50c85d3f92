import type {CancelTimer, Clock, Closable, Logger} from "../core/index.ts";
import type {ReleaseCount, StateDirectory} from "../storage/index.ts";

const WRITE_PAUSE_MS = 10_000;
/** More than a run keeps published at any time. */
const KNOWN_BLOBS = 4096;

/** What can leave a node: an own update, a sum of updates, a round's result, a message of the protocol. */
export type ReleaseKind = ReleaseCount["kind"];

/** What a release book is made of. */
export interface ReleaseBookOptions {
  readonly state: Pick<StateDirectory, "readReleases" | "writeReleases">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What has left this node, by day (UTC), peer and kind; on disk ten seconds later, and when it is closed. */
export interface ReleaseBook extends Closable {
  /** Says of what kind the blob with `hash` is, before any peer can fetch it. */
  published(kind: Exclude<ReleaseKind, "frame">, hash: string): void;
  /** A message went to `peer` (a name). */
  sentFrame(peer: string, bytes: number): void;
  /** `peer` fetched `bytes` of the blob with `hash`. */
  sentBlob(peer: string, hash: string, bytes: number): void;
  /** Oldest day first. */
  counts(): readonly ReleaseCount[];
}

function keyOf({day, peer, kind}: Omit<ReleaseCount, "messages" | "bytes">): string {
  return `${day} ${kind} ${peer}`;
}

/** The {@link ReleaseBook} of a state directory. What goes wrong with its file is told and borne. */
export async function openReleaseBook({state, clock, logger}: ReleaseBookOptions): Promise<ReleaseBook> {
  const {releases, warning} = await state.readReleases();
  if (warning !== undefined) logger.warn("the counts of releases begin anew", {reason: warning});
  const entries = new Map(releases.map((count) => [keyOf(count), count]));
  const kinds = new Map<string, Exclude<ReleaseKind, "frame">>();
  let cancel: CancelTimer | null = null;
  let writes = Promise.resolve();
  const write = (): void => {
    cancel = null;
    writes = writes
      .then(() => state.writeReleases([...entries.values()]))
      .catch((error: unknown) =>
        logger.warn("counts of releases could not be kept", {reason: String(error)}),
      );
  };
  const add = (peer: string, kind: ReleaseKind, bytes: number): void => {
    const day = new Date(clock.wallMs()).toISOString().slice(0, 10);
    const key = keyOf({day, peer, kind});
    const before = entries.get(key) ?? {day, peer, kind, messages: 0, bytes: 0};
    entries.set(key, {...before, messages: before.messages + 1, bytes: before.bytes + bytes});
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
    // All that is published is told before; were it forgotten, it would count as what tells most.
    sentBlob: (peer, hash, bytes) => add(peer, kinds.get(hash) ?? "update", bytes),
    counts: () => [...entries.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    async close() {
      if (cancel !== null) {
        cancel();
        write();
      }
      await writes;
    },
  };
}
