import type {Connection, IdentifyResult} from "@libp2p/interface";
import type {Multiaddr} from "@multiformats/multiaddr";
import {frameKind} from "../../frame-kind.ts";
import type {Guard} from "../../guards/guard.ts";
import type {LinkTable} from "../../link-table.ts";
import {limitsOf, membersToLink} from "../../options.ts";
import type {Libp2pNetworkOptions, PeerId} from "../../types.ts";
import type {AddressBook} from "../address-book.ts";
import {ipOf, parsePeerId, peerOfAddress} from "../addresses.ts";
import {surplusConnections} from "../host/connection-limit.ts";
import {type Host, YAMUX_SETTINGS} from "../host/host.ts";
import {countedHandler, type Spend} from "../host/service-streams.ts";
import {abortConnection, LINK_PROTOCOL, WHERE_PROTOCOL} from "../streams.ts";
import {ControlLink} from "./control-link.ts";
import type {Locator} from "./locator.ts";
import {createPeerSession} from "./peer-session.ts";
import {type Redial, startRedial} from "./redial.ts";
import {answerWhere} from "./where.ts";

/** Head start of the lower id, in ms: of two members that learn of each other at once, only one dials. */
const HEAD_START_MS = 150;

/** Control streams that one peer may have open at once: the present one, and one that replaces it. */
const MAX_CONTROL_STREAMS = 4;

/** Questions about the addresses of others that one peer may ask at once. */
const MAX_QUESTIONS = 8;

/** The links of this node to all other members, each kept up by a loop of its own. */
export interface Mesh {
  link(peer: PeerId): ControlLink | undefined;
  /** Notes that a new address of `peer` is known. */
  onAddress(peer: PeerId): void;
  /** Notes that a link came up: it may help to reach members that are still absent. */
  onMorePeers(): void;
  /** Resolves when the signal has aborted and all work is over. */
  readonly finished: Promise<void>;
}

/** One peer's link, and the loop that keeps it. */
interface Spoke {
  readonly link: ControlLink;
  readonly redial: Redial;
  onConnection(): void;
}

/** The parts of a mesh. */
export interface MeshParts {
  readonly options: Libp2pNetworkOptions;
  readonly host: Host;
  readonly table: LinkTable;
  readonly book: AddressBook;
  readonly guard: Guard;
  readonly locator: Locator;
  /** Counts the bytes that members send beside links and transfers. */
  readonly spend: Spend;
  readonly signal: AbortSignal;
  /** Resolves when the host listens. */
  readonly ready: Promise<void>;
}

/** Ends every connection with a peer. */
export function disconnect(host: Host, peer: ReturnType<typeof parsePeerId>): void {
  for (const connection of host.getConnections(peer)) abortConnection(connection, undefined);
}

function createSpoke(parts: MeshParts, name: PeerId): Spoke {
  const {options, host, table, book, guard, locator, signal} = parts;
  const {clock, random, logger} = options;
  const peer = parsePeerId(name);
  const record = table.demand(name);
  const limits = limitsOf(options);
  const link = new ControlLink({
    record,
    handshake: options.handshake,
    windowBytes: YAMUX_SETTINGS.streamOptions.initialStreamWindowSize,
    limits,
    clock,
    random,
    logger,
    onFrame: (from, frame) => options.events.onFrame(from, frame),
    admits: (kind, payload) =>
      guard.allows(name, (budget, nowMs) =>
        budget.frame(kind === "data" ? frameKind(payload) : kind, payload.byteLength, nowMs),
      ),
    onViolation: (code) => guard.violated(name, code),
    onCalled: () => redial.nudge(),
    disconnect: () => disconnect(host, peer),
  });
  const session = createPeerSession({host, peer, record, link, book, guard, locator, clock, logger, signal});
  const redial = startRedial({
    clock,
    random,
    maxPauseMs: limits.redialMaxMs,
    firstPauseMs: options.identity.peerId < name ? 0 : HEAD_START_MS,
    signal,
    ready: parts.ready,
    attempt: () => session.attempt(),
  });
  return {link, redial, onConnection: () => session.onConnection()};
}

/** Bounds the connections of a member when one has come up: their number, and the rate of new ones. */
function bound({host, guard}: MeshParts, connection: Connection, link: ControlLink | undefined): void {
  const peer = connection.remotePeer.toString();
  const isInbound = connection.direction === "inbound";
  if (isInbound && !guard.allows(peer, (budget, nowMs) => budget.connection(nowMs))) {
    abortConnection(connection, undefined);
    return;
  }
  const known = host.getConnections(connection.remotePeer);
  for (const one of surplusConnections(known, connection, link?.connection()))
    abortConnection(one, undefined);
}

/** Feeds what libp2p learns to the address book and the loops. */
function observe(parts: MeshParts, spokes: ReadonlyMap<PeerId, Spoke>): void {
  const {host, book} = parts;
  host.addEventListener("connection:open", ({detail: connection}: CustomEvent<Connection>) => {
    const spoke = spokes.get(connection.remotePeer.toString());
    bound(parts, connection, spoke?.link);
    // An outbound connection is this node's own dial, which goes on by itself.
    if (connection.direction === "outbound") return;
    const ip = ipOf(connection.remoteAddr);
    if (ip !== undefined) book.seenAt(connection.remotePeer.toString(), ip);
    spoke?.onConnection();
    spoke?.redial.nudge();
  });
  host.addEventListener("peer:identify", ({detail}: CustomEvent<IdentifyResult>) => {
    // Only signed statements of a member about itself count; identify has checked the signature.
    const {peerId, signedPeerRecord} = detail;
    if (signedPeerRecord !== undefined) book.learn(peerId.toString(), signedPeerRecord.addresses);
  });
}

/** Dials a bootstrap address that names no member, until one of its members is connected. */
function startAnonymousDial(parts: MeshParts, address: Multiaddr): Redial {
  const {options, host, signal} = parts;
  const isReached = (): boolean =>
    host.getConnections().some(({remoteAddr}) => remoteAddr.toString().startsWith(`${address.toString()}/`));
  return startRedial({
    clock: options.clock,
    random: options.random,
    maxPauseMs: limitsOf(options).redialMaxMs,
    firstPauseMs: 0,
    signal,
    ready: parts.ready,
    async attempt() {
      if (isReached()) return false;
      try {
        await host.dial(address, {signal});
      } catch (error) {
        options.logger.debug("dial failed", {address: address.toString(), reason: String(error)});
      }
      return false;
    },
  });
}

/** Starts the links to all other members, as soon as the host listens. */
export async function startMesh(parts: MeshParts, bootstrap: readonly Multiaddr[]): Promise<Mesh> {
  const {options, host, table} = parts;
  const spokes = new Map(membersToLink(options).map((peer) => [peer, createSpoke(parts, peer)]));
  observe(parts, spokes);
  await host.handle(
    LINK_PROTOCOL,
    (stream, connection) => spokes.get(connection.remotePeer.toString())?.link.adopt(stream),
    {maxInboundStreams: MAX_CONTROL_STREAMS},
  );
  const {clock, roster} = options;
  const answering = {host, members: new Set(roster.members), clock, signal: parts.signal};
  await host.handle(
    WHERE_PROTOCOL,
    countedHandler((stream) => answerWhere(answering, stream), parts.spend),
    {
      maxInboundStreams: MAX_QUESTIONS,
    },
  );
  const anonymous = bootstrap
    .filter((address) => peerOfAddress(address) === undefined)
    .map((address) => startAnonymousDial(parts, address));
  const loops = [...[...spokes.values()].map(({redial}) => redial), ...anonymous];
  return {
    link: (peer) => spokes.get(peer)?.link,
    onAddress: (peer) => spokes.get(peer)?.redial.wake(),
    onMorePeers() {
      for (const [peer, {redial}] of spokes) if (table.get(peer)?.isUp() === false) redial.wake();
    },
    finished: Promise.all(loops.map(({finished}) => finished)).then(() => undefined),
  };
}
