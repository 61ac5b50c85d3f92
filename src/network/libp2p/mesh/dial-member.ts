import type {Connection, PeerId as Libp2pPeerId} from "@libp2p/interface";
import type {Multiaddr} from "@multiformats/multiaddr";
import type {Logger} from "../../../core/index.ts";
import type {AddressBook} from "../address-book.ts";
import type {Host} from "../host/host.ts";

/** Dependencies of a dial. */
export interface DialOptions {
  readonly host: Host;
  readonly peer: Libp2pPeerId;
  readonly book: AddressBook;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

async function dial(
  {host, peer, book, logger, signal}: DialOptions,
  address: Multiaddr,
): Promise<Connection | undefined> {
  const name = peer.toString();
  try {
    const connection = await host.dial(address, {signal});
    book.dialled(name, address, true);
    return connection;
  } catch (error) {
    logger.debug("dial failed", {peer: name, reason: String(error)});
    // If nobody is linked, the fault may be in this node's own line.
    if (!signal.aborted && host.getConnections().length > 0) book.dialled(name, address, false);
    return undefined;
  }
}

/** Dials the known addresses of a member, one after the other, until one leads to it. */
export async function dialMember(options: DialOptions): Promise<Connection | undefined> {
  const {peer, book, signal} = options;
  for (const address of book.of(peer.toString())) {
    const connection = await dial(options, address);
    if (connection !== undefined || signal.aborted) return connection;
  }
  return undefined;
}
