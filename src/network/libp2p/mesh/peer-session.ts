import type {Connection, PeerId as Libp2pPeerId} from "@libp2p/interface";
import type {Clock, Logger} from "../../../core/index.ts";
import {linkSignals} from "../../deadline.ts";
import type {Guard} from "../../guards/guard.ts";
import type {LinkRecord} from "../../link-table.ts";
import type {AddressBook} from "../address-book.ts";
import type {Host} from "../host/host.ts";
import {abortConnection, openConnection} from "../streams.ts";
import type {ControlLink} from "./control-link.ts";
import {dialMember} from "./dial-member.ts";
import type {Locator} from "./locator.ts";

/** A link that lived this long was a success: the next attempt follows at once. */
const STEADY_MS = 10_000;

/** Dependencies of a session with one peer. */
export interface PeerSessionOptions {
  readonly host: Host;
  readonly peer: Libp2pPeerId;
  readonly record: LinkRecord;
  readonly link: ControlLink;
  readonly book: AddressBook;
  readonly guard: Guard;
  readonly locator: Locator;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Connects to one peer, in whatever way is known, and holds the link while it lives. */
export interface PeerSession {
  /** Makes one attempt; resolves with whether it was a success when its link has ended. */
  attempt(): Promise<boolean>;
  /** Notes that a connection with the peer is there, whoever dialled: a running dial is not needed. */
  onConnection(): void;
}

/** Creates a {@link PeerSession}. */
export function createPeerSession(options: PeerSessionOptions): PeerSession {
  const {host, peer, record, link, book, guard, locator, clock, signal} = options;
  const name = peer.toString();
  let stopDial: (() => void) | undefined;
  const existing = (): Connection | undefined => openConnection(host.getConnections(peer));

  const dialKnown = (dialSignal: AbortSignal): Promise<Connection | undefined> =>
    dialMember({...options, signal: dialSignal});
  const connect = async (): Promise<Connection | undefined> => {
    const linked = linkSignals(signal);
    stopDial = () => linked.abort(undefined);
    try {
      const direct = await dialKnown(linked.signal);
      if (direct !== undefined || linked.signal.aborted) return direct ?? existing();
      const before = book.of(name).join();
      await locator.locate(name, linked.signal);
      if (linked.signal.aborted || book.of(name).join() === before) return existing();
      return (await dialKnown(linked.signal)) ?? existing();
    } finally {
      stopDial = undefined;
      linked.end();
    }
  };

  const hold = async (first: Connection): Promise<boolean> => {
    const startMs = clock.nowMs();
    let wasUp = false;
    for (let connection: Connection | undefined = first; connection !== undefined; ) {
      const end = await link.run(connection, signal);
      ({wasUp} = end);
      // A member with another plan still helps to find the others; any other connection without a link is
      // useless.
      const isUseful = wasUp || end.fault.code === "NETWORK_HANDSHAKE_MISMATCH";
      if (!isUseful) await connection.close().catch((error: unknown) => abortConnection(first, error));
      // The peer may have called again, on another connection, while this attempt ended.
      connection = link.isCalled() && !signal.aborted ? existing() : undefined;
    }
    return wasUp && clock.nowMs() - startMs >= STEADY_MS;
  };

  return {
    async attempt() {
      if (guard.isOut(name)) {
        record.down(guard.outBecause(name));
        return false;
      }
      const connection = existing() ?? (await connect());
      if (signal.aborted) return false;
      if (connection === undefined) {
        const fault = {code: "NETWORK_PEER_UNREACHABLE"} as const;
        if (record.isNews(fault)) options.logger.info("peer not reachable yet", {peer: name});
        record.down(fault);
        return false;
      }
      return await hold(connection);
    },
    onConnection: () => stopDial?.(),
  };
}
