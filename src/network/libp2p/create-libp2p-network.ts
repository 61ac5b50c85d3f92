import "../../core/polyfill.ts";
import type {Multiaddr} from "@multiformats/multiaddr";
import {createBlobStore} from "../blobs/blob-store.ts";
import {createFetch} from "../blobs/fetch-loop.ts";
import {createShutdown} from "../deadline.ts";
import type {NetworkErrorCode} from "../errors.ts";
import {closedError, streamEnded} from "../faults.ts";
import {budgetsFor} from "../guards/budgets.ts";
import {createGuard, type Guard} from "../guards/guard.ts";
import {createLinkTable, type LinkTable} from "../link-table.ts";
import {checkFrame, limitsOf, membersToLink} from "../options.ts";
import type {Libp2pNetworkOptions, Network, PeerId} from "../types.ts";
import {parsePeerId, parseTcpAddress, peerOfAddress} from "./addresses.ts";
import {fetchOverStream} from "./blob-client.ts";
import {createBlobServer} from "./blob-server.ts";
import {boundaries, openBook} from "./boundaries.ts";
import {createHost, type Host, loadKey, startHost} from "./host/host.ts";
import {createLocator, type Locator} from "./mesh/locator.ts";
import {disconnect, type Mesh, startMesh} from "./mesh/mesh.ts";
import {BLOB_PROTOCOL} from "./streams.ts";

/** Transfers that one peer may have open at once: twice an honest peer's number, because one end may lag. */
const MAX_INBOUND_BLOB_STREAMS = 8;

/** A peer is silent after it has missed this many heartbeats in a row. */
const HEARTBEATS_MISSED = 2;

/** Checks the caller's options before anything is opened. */
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

/** The parts of a running network. */
interface Running {
  readonly options: Libp2pNetworkOptions;
  readonly host: Host;
  readonly table: LinkTable;
  readonly guard: Guard;
  readonly mesh: Mesh;
  readonly locator: Locator;
  readonly shutdown: AbortController;
}

async function serveBlobs(running: Running): Promise<Pick<Network, "publish" | "withdraw" | "fetch">> {
  const {options, host, table, guard, mesh, shutdown} = running;
  const limits = limitsOf(options);
  const store = createBlobStore();
  const shared = {
    table,
    limits,
    clock: options.clock,
    signal: shutdown.signal,
    onViolation: (peer: PeerId, code: NetworkErrorCode) => guard.violated(peer, code),
  };
  const serve = createBlobServer({
    ...shared,
    store,
    admitsRequest: (peer) => guard.allows(peer, (budget, nowMs) => budget.request(nowMs)),
    admitsBytes: (peer, sizeBytes) => guard.allows(peer, (budget, nowMs) => budget.serve(sizeBytes, nowMs)),
    onBlobSent: (peer, hash, bytes) => options.events.onBlobSent?.(peer, hash, bytes),
    recordOf: (peer) => (mesh.link(peer)?.hasAccepted() === true ? table.get(peer) : undefined),
  });
  await host.handle(BLOB_PROTOCOL, (stream, connection) => void serve(stream, connection), {
    maxInboundStreams: MAX_INBOUND_BLOB_STREAMS,
  });
  const fetch = createFetch({
    ...shared,
    waitMs: (peer, sizeBytes) => guard.askWaitMs(peer, sizeBytes),
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
  const {options, host, table, guard, mesh, locator, shutdown} = running;
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
      if (table.get(peer)?.isUp() === true) guard.violated(peer, "NETWORK_FRAME_MALFORMED");
    },
    pause: (peer) => mesh.link(peer)?.pause(),
    resume: (peer) => mesh.link(peer)?.resume(),
    links: () => table.links(),
    totals: () => table.totals(),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/**
 * Joins the consortium over libp2p: TCP, Noise and Yamux, with addresses from bootstrap, the consortium's own
 * Kademlia DHT and, if asked for, multicast DNS. Keeps a link to every other member as long as it lives.
 * @throws NETWORK_LISTEN_ADDRESS_INVALID, NETWORK_PORT_IN_USE, NETWORK_LISTEN_FAILED,
 *   NETWORK_BOOTSTRAP_ADDRESS_INVALID, NETWORK_PEER_ID_INVALID, NETWORK_PEER_UNLISTED,
 *   NETWORK_IDENTITY_MISMATCH
 */
export async function createLibp2pNetwork(options: Libp2pNetworkOptions): Promise<Network> {
  const bootstrap = readBootstrap(options);
  const key = await loadKey(options.identity);
  const {clock, logger, roster, events} = options;
  const shutdown = createShutdown();
  const {signal} = shutdown;
  let onMorePeers = (): void => {};
  const linkEvents = {
    onLinkUp(peer: PeerId) {
      events.onLinkUp(peer);
      onMorePeers();
    },
    onLinkDown: (peer: PeerId, reason: NetworkErrorCode) => events.onLinkDown(peer, reason),
  };
  const limits = limitsOf(options);
  const silentMs = HEARTBEATS_MISSED * limits.heartbeatMs;
  const table = createLinkTable(membersToLink(options), {clock, events: linkEvents, silentMs});
  const load = {members: roster.members.length, roundBytes: limits.roundBytes};
  const budgets = {...budgetsFor(load), ...options.budgets};
  const guard = createGuard({table, budgets, expiries: roster.expiries, clock, logger});
  const book = openBook(options, bootstrap);
  let onAddress: (peer: PeerId) => void = () => {};
  const learn = (peer: PeerId, addresses: readonly Multiaddr[]): void => {
    if (book.learn(peer, addresses)) onAddress(peer);
  };
  const bounds = boundaries(options, {book, guard});
  const {spend} = bounds;
  const host = await createHost(options, {...bounds, key, onNearby: learn});
  const locating = {host, rendezvous: roster.rendezvous, clock, logger, signal};
  const locator = createLocator({...locating, onFound: (peer, found) => void book.learn(peer, found)});
  // Handlers first: a member that connects the moment this node listens must find the protocols there.
  let begin = (): void => {};
  const ready = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const mesh = await startMesh({options, host, table, book, guard, locator, spend, signal, ready}, bootstrap);
  guard.attach((peer, fault) => {
    mesh.link(peer)?.end(fault);
    disconnect(host, parsePeerId(peer));
  });
  onAddress = (peer) => mesh.onAddress(peer);
  onMorePeers = () => {
    locator.onMorePeers();
    mesh.onMorePeers();
  };
  const network = await assemble({options, host, table, guard, mesh, locator, shutdown});
  try {
    await startHost(host, options);
  } catch (error) {
    shutdown.abort(error);
    throw error;
  }
  begin();
  return network;
}
