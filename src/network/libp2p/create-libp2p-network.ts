import "../../core/polyfill.ts";
import {type Multiaddr, multiaddr} from "@multiformats/multiaddr";
import {createBlobStore} from "../blob-store.ts";
import {createShutdown} from "../deadline.ts";
import type {NetworkErrorCode} from "../errors.ts";
import {closedError, streamEnded} from "../faults.ts";
import {createFetch} from "../fetch-loop.ts";
import {createLinkTable, type LinkTable} from "../link-table.ts";
import {checkFrame, limitsOf, peersOf} from "../options.ts";
import type {Libp2pNetworkOptions, Network, PeerId} from "../types.ts";
import {
  type AddressBook,
  createAddressBook,
  parsePeerId,
  parseTcpAddress,
  peerOfAddress,
} from "./addresses.ts";
import {fetchOverStream} from "./blob-client.ts";
import {createBlobServer} from "./blob-server.ts";
import {createHost, type Host, startHost} from "./host.ts";
import {createLocator, type Locator} from "./locator.ts";
import {type Mesh, startMesh} from "./mesh.ts";
import {abortConnection, BLOB_PROTOCOL} from "./streams.ts";

/** Transfers that one peer may have open at once: twice what an honest peer opens, as ends may lag. */
const MAX_INBOUND_BLOB_STREAMS = 8;

/** Checks what the caller gave before anything is opened. */
function readBootstrap(options: Libp2pNetworkOptions): readonly Multiaddr[] {
  for (const member of options.roster.members) parsePeerId(member);
  const addresses = options.bootstrap.map((text) =>
    parseTcpAddress(text, "NETWORK_BOOTSTRAP_ADDRESS_INVALID"),
  );
  for (const address of addresses) {
    const peer = peerOfAddress(address);
    if (peer !== undefined && !options.roster.members.includes(peer)) {
      options.logger.warn("bootstrap address of no member is left out", {address: address.toString()});
    }
  }
  return addresses;
}

/** The address book with what is known at the start; later additions are handed to the caller, each once. */
function createBook(options: Libp2pNetworkOptions, bootstrap: readonly Multiaddr[]): AddressBook {
  const remembered = Object.entries(options.knownAddresses);
  const reported = new Map(remembered.map(([peer, addresses]) => [peer, new Set(addresses)]));
  let isFilled = false;
  const book = createAddressBook(peersOf(options), (peer, addresses) => {
    if (!isFilled || addresses.every((address) => reported.get(peer)?.has(address))) return;
    reported.set(peer, new Set(addresses));
    options.onAddresses(peer, addresses);
  });
  for (const address of bootstrap) book.add(peerOfAddress(address) ?? "", [address]);
  for (const [peer, addresses] of remembered) {
    try {
      book.add(
        peer,
        addresses.map((address) => multiaddr(address)),
      );
    } catch {
      options.logger.warn("unreadable remembered addresses are left out", {peer});
    }
  }
  isFilled = true;
  return book;
}

/** The parts of a running network. */
interface Running {
  readonly options: Libp2pNetworkOptions;
  readonly host: Host;
  readonly table: LinkTable;
  readonly mesh: Mesh;
  readonly locator: Locator;
  readonly shutdown: AbortController;
}

/** Ends every connection to a peer that broke the wire format. */
function punish({host, table, mesh}: Running, peer: PeerId, code: NetworkErrorCode): void {
  table.get(peer)?.addViolation();
  mesh.link(peer)?.end({code});
  for (const connection of host.getConnections(parsePeerId(peer))) abortConnection(connection, undefined);
}

async function serveBlobs(running: Running): Promise<Pick<Network, "publish" | "withdraw" | "fetch">> {
  const {options, host, table, mesh, shutdown} = running;
  const limits = limitsOf(options);
  const store = createBlobStore();
  const shared = {
    table,
    limits,
    clock: options.clock,
    signal: shutdown.signal,
    onViolation: (peer: PeerId, code: NetworkErrorCode) => punish(running, peer, code),
  };
  const serve = createBlobServer({
    ...shared,
    store,
    onBlobSent: (peer, hash, bytes) => options.events.onBlobSent?.(peer, hash, bytes),
    recordOf: (peer) => (mesh.link(peer)?.hasAccepted() === true ? table.get(peer) : undefined),
  });
  await host.handle(BLOB_PROTOCOL, (stream, connection) => void serve(stream, connection), {
    maxInboundStreams: MAX_INBOUND_BLOB_STREAMS,
  });
  const fetch = createFetch({
    ...shared,
    async attempt(request, buffer, deadline) {
      const connection = mesh.link(request.from)?.connection();
      if (connection === undefined) throw streamEnded();
      const record = table.demand(request.from);
      await fetchOverStream(connection, request, buffer, {record, deadline});
    },
  });
  return {
    publish: (blob, access) => store.publish(blob, access),
    withdraw: (hash) => store.withdraw(hash),
    fetch,
  };
}

async function assemble(running: Running): Promise<Network> {
  const {options, host, table, mesh, locator, shutdown} = running;
  const blobs = await serveBlobs(running);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    shutdown.abort(closedError());
    await Promise.all([mesh.finished, locator.finished]);
    await host.stop();
  };
  return {
    self: options.identity.peerId,
    addresses: () => host.getMultiaddrs().map((address) => address.toString()),
    send(to, frame) {
      checkFrame(frame);
      return mesh.link(to)?.send(frame) === true;
    },
    ...blobs,
    drop(peer) {
      if (table.get(peer)?.isUp() === true) punish(running, peer, "NETWORK_FRAME_MALFORMED");
    },
    links: () => table.links(),
    totals: () => table.totals(),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/**
 * Joins the consortium over libp2p: TCP, Noise, Yamux, with addresses from bootstrap, the consortium's own Kademlia
 * DHT and, when asked for, multicast DNS. Keeps a link to every other member for as long as it lives.
 * @throws NETWORK_LISTEN_ADDRESS_INVALID, NETWORK_PORT_IN_USE, NETWORK_LISTEN_FAILED,
 *   NETWORK_BOOTSTRAP_ADDRESS_INVALID, NETWORK_PEER_ID_INVALID, NETWORK_PEER_UNLISTED, NETWORK_IDENTITY_MISMATCH
 */
export async function createLibp2pNetwork(options: Libp2pNetworkOptions): Promise<Network> {
  const bootstrap = readBootstrap(options);
  const book = createBook(options, bootstrap);
  const host = await createHost(options);
  const shutdown = createShutdown();
  const {signal} = shutdown;
  const {clock, logger, roster, events} = options;
  const onFound = (peer: PeerId, addresses: readonly Multiaddr[]): void => void book.add(peer, addresses);
  const locator = createLocator({host, rendezvous: roster.rendezvous, clock, logger, signal, onFound});
  let onMorePeers = (): void => {};
  const table = createLinkTable(peersOf(options), clock, {
    onLinkUp(peer) {
      events.onLinkUp(peer);
      onMorePeers();
    },
    onLinkDown: (peer, reason) => events.onLinkDown(peer, reason),
  });
  // Handlers first: a member that connects the moment this node listens must find the protocols there.
  let begin = (): void => {};
  const ready = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const mesh = await startMesh({options, host, table, book, locator, signal, ready}, bootstrap);
  onMorePeers = () => {
    locator.onMorePeers();
    mesh.onMorePeers();
  };
  const network = await assemble({options, host, table, mesh, locator, shutdown});
  try {
    await startHost(host, options);
  } catch (error) {
    shutdown.abort(error);
    throw error;
  }
  begin();
  return network;
}
