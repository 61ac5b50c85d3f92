import type {Clock} from "../../core/index.ts";
import type {MemberId} from "../../rounds/index.ts";
import type {EventFeed} from "./event-feed.ts";
import type {ReleaseBook, ReleaseKind} from "./release-book.ts";

/** Numbers of blobs exchanged with peers since the start. */
export interface ExchangeCounts {
  readonly fetched: number;
  readonly fetchFailed: number;
  readonly served: number;
}

/** The parts from which a traffic account is made. */
export interface TrafficOptions {
  readonly book: ReleaseBook;
  readonly feed: EventFeed;
  readonly clock: Pick<Clock, "wallMs">;
}

/** Traffic to and from peers, as the edge of the protocol sees it. */
export interface Traffic {
  sentFrame(to: MemberId, bytes: number): void;
  /** Records that a blob can be fetched from now on. */
  published(
    kind: Exclude<ReleaseKind, "frame">,
    blob: {readonly hash: string; readonly bytes: Uint8Array},
  ): void;
  /** Records that a peer has fetched `bytes` of a blob of this node's. */
  served(to: MemberId, hash: string, bytes: number): void;
  fetched(from: MemberId): void;
  fetchFailed(): void;
  counts(): ExchangeCounts;
  /**
   * Time at which a blob last went to or came from the member, in wall-clock ms; null if none has since the
   * start.
   */
  lastExchangeWallMs(member: MemberId): number | null;
}

/** An empty {@link Traffic} account. */
export function createTraffic({book, feed, clock}: TrafficOptions): Traffic {
  const last = new Map<MemberId, number>();
  const counts = {fetched: 0, fetchFailed: 0, served: 0};
  return {
    sentFrame: (to, bytes) => book.sentFrame(to, bytes),
    published(kind, {hash, bytes}) {
      book.published(kind, hash);
      feed.emit({type: "release", kind, hash, bytes: bytes.byteLength});
    },
    served(to, hash, bytes) {
      counts.served += 1;
      last.set(to, clock.wallMs());
      book.sentBlob(to, hash, bytes);
    },
    fetched(from) {
      counts.fetched += 1;
      last.set(from, clock.wallMs());
    },
    fetchFailed() {
      counts.fetchFailed += 1;
    },
    counts: () => ({...counts}),
    lastExchangeWallMs: (member) => last.get(member) ?? null,
  };
}
