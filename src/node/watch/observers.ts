import type {Roster} from "../../consortium/index.ts";
import type {Clock, CloseStack, Logger} from "../../core/index.ts";
import type {NetworkEvents} from "../../network/index.ts";
import type {StateDirectory} from "../../storage/index.ts";
import type {Transport} from "../transport.ts";
import {createEventFeed, type EventFeed} from "./event-feed.ts";
import {nameIn} from "./node-view.ts";
import {openReleaseBook, type ReleaseBook} from "./release-book.ts";
import {type ChronicleOptions, createRunChronicle, type RunChronicle} from "./run-chronicle.ts";
import {openRunHistory, type RunHistory, type RunHistoryOptions} from "./run-history.ts";
import {createTraffic, type Traffic} from "./traffic.ts";

/** The objects that watch a run for the people outside. */
export interface Observers {
  readonly feed: EventFeed;
  readonly book: ReleaseBook;
  readonly traffic: Traffic;
  readonly chronicle: RunChronicle;
  readonly history: RunHistory;
}

/** The parts from which {@link Observers} are made. */
export interface ObserverOptions {
  readonly state: Pick<StateDirectory, "readReleases" | "writeReleases">;
  readonly roster: Roster;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A new one if absent. */
  readonly feed?: EventFeed;
}

/** The watched run. */
type RunFacts = Pick<ChronicleOptions, "stages" | "members" | "self" | "equivocators"> &
  Pick<RunHistoryOptions, "storage">;

/** Opens the {@link Observers} of a run; those that must be closed go on `stack`. */
export async function openObservers(
  {state, roster, clock, logger, feed = createEventFeed(clock)}: ObserverOptions,
  {storage, ...facts}: RunFacts,
  stack: CloseStack,
): Promise<Observers> {
  const nameOf = (member: string): string => nameIn(roster, member);
  const book = stack.add(await openReleaseBook({state, clock, logger}));
  const history = stack.add(await openRunHistory({storage, feed, clock, logger}));
  const named = {feed, clock, nameOf};
  return {
    feed,
    book,
    history,
    traffic: createTraffic({...named, book}),
    chronicle: createRunChronicle({...named, ...facts, logger: logger.child({room: "node"})}),
  };
}

/** Passes the network's events on to the protocol and to the observers. */
export function eventsFor(transport: Transport, {feed, traffic}: Observers, roster: Roster): NetworkEvents {
  return {
    onLinkUp(peer) {
      feed.emit({type: "link", peer: nameIn(roster, peer), status: "up", reason: null});
      transport.handle({type: "link-up", peer});
    },
    onLinkDown(peer, reason) {
      feed.emit({type: "link", peer: nameIn(roster, peer), status: "down", reason});
      transport.handle({type: "link-down", peer});
    },
    onFrame: (peer, bytes) => transport.onFrame(peer, bytes),
    onBlobSent: (peer, hash, bytes) => traffic.served(peer, hash, bytes),
  };
}
