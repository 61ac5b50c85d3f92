import type {Identity, Roster} from "../../consortium/index.ts";
import type {Clock, CloseStack, Logger} from "../../core/index.ts";
import type {NetworkEvents} from "../../network/index.ts";
import type {StateDirectory} from "../../storage/index.ts";
import {openNodeLedger} from "../ledger/node-ledger.ts";
import type {Transport} from "../transport.ts";
import {createEventFeed, type EventFeed} from "./event-feed.ts";
import {nameIn} from "./node-view.ts";
import {openReleaseBook, type ReleaseBook, type ReleaseBookOptions} from "./release-book.ts";
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
  readonly state: Pick<StateDirectory, "openLedger">;
  readonly roster: Roster;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A new one if absent. */
  readonly feed?: EventFeed;
  /** See `NodeLedgerOptions`. */
  readonly retentionDays?: number;
}

/** The watched run, and the key that signs what left in it. */
type RunFacts = Pick<ChronicleOptions, "stages" | "members" | "self" | "equivocators"> &
  Pick<RunHistoryOptions, "storage"> &
  Pick<ReleaseBookOptions, "run" | "plan" | "round" | "onFatal"> & {readonly identity: Identity};

/** Opens the {@link Observers} of a run; those that must be closed go on `stack`. */
export async function openObservers(
  {state, roster, clock, logger, feed = createEventFeed(clock), retentionDays}: ObserverOptions,
  {storage, identity, run, plan, round, onFatal, ...facts}: RunFacts,
  stack: CloseStack,
): Promise<Observers> {
  const nameOf = (member: string): string => nameIn(roster, member);
  const retention = retentionDays === undefined ? {} : {retentionDays};
  const ledger = {state, identity, clock, logger: logger.child({room: "node"}), onFatal, ...retention};
  const openLedger: ReleaseBookOptions["openLedger"] = (onEntry) => openNodeLedger({...ledger, onEntry});
  const book = await openReleaseBook({openLedger, clock, run, plan, round, nameOf, onFatal});
  stack.add(book);
  const history = stack.add(await openRunHistory({storage, feed, clock, logger}));
  return {
    feed,
    book,
    history,
    traffic: createTraffic({feed, clock, book}),
    chronicle: createRunChronicle({feed, clock, nameOf, ...facts, logger: logger.child({room: "node"})}),
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
