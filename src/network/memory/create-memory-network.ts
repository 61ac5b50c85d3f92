import {createBlobStore, refusalError} from "../blobs/blob-store.ts";
import {BLOB_TRAILER_BYTES, encodeBlobHeader} from "../blobs/blob-wire.ts";
import {createFetch} from "../blobs/fetch-loop.ts";
import {createShutdown} from "../deadline.ts";
import {closedError} from "../faults.ts";
import {FRAME_HEADER_BYTES} from "../frame.ts";
import {createLinkTable, type LinkTable} from "../link-table.ts";
import {checkFrame, limitsOf, membersToLink} from "../options.ts";
import type {Network, NetworkOptions, PeerId} from "../types.ts";
import {createInbox} from "./inbox.ts";
import type {MemoryHub, MemoryPort} from "./memory-hub.ts";

/** Options of {@link createMemoryNetwork}. */
export interface MemoryNetworkOptions extends NetworkOptions {
  /** The hub that all members of one network share. */
  readonly hub: MemoryHub;
}

function createMemoryFetch(
  options: MemoryNetworkOptions,
  table: LinkTable,
  port: MemoryPort,
  signal: AbortSignal,
) {
  return createFetch({
    table,
    limits: limitsOf(options),
    clock: options.clock,
    signal,
    async attempt(request, buffer, deadline) {
      const {hash, offset, length} = request;
      const record = table.demand(request.from);
      const asked = {hash, offset, length};
      record.addSent(encodeBlobHeader(asked).byteLength);
      const {response, bytes} = await abortable(port.ask(request.from, asked), deadline.signal);
      record.addReceived(encodeBlobHeader(response).byteLength);
      if (response.status !== "ok") throw refusalError(response.status, asked);
      record.addReceived(length + BLOB_TRAILER_BYTES);
      buffer.allocate(response.total);
      buffer.append(bytes);
      buffer.verify();
    },
    waitMs: () => 0,
    onViolation() {},
  });
}

/** Waits for `promise`, unless the signal aborts first. */
function abortable<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, {once: true});
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function sendFrame(table: LinkTable, port: MemoryPort, to: PeerId, frame: Uint8Array): boolean {
  checkFrame(frame);
  // A link is usable only once its owner has been told of it.
  const record = table.get(to);
  if (record?.isUp() !== true || !port.send(to, frame.slice())) return false;
  record.addSent(FRAME_HEADER_BYTES + frame.byteLength);
  return true;
}

/**
 * Joins a consortium inside one process, over a {@link MemoryHub}: for tests and the simulator, on any clock.
 * @throws NETWORK_PEER_UNLISTED
 */
export async function createMemoryNetwork(options: MemoryNetworkOptions): Promise<Network> {
  const {identity, hub, clock, events, handshake} = options;
  const peers = membersToLink(options);
  const store = createBlobStore();
  // There are no heartbeats here: a quiet link is normal.
  const table = createLinkTable(peers, {clock, events, silentMs: Number.POSITIVE_INFINITY});
  const shutdown = createShutdown();
  const inbox = createInbox((peer, frame) => {
    table.get(peer)?.addReceived(FRAME_HEADER_BYTES + frame.byteLength);
    events.onFrame(peer, frame);
  });
  const port = hub.join({
    peer: identity.peerId,
    members: peers,
    handshake,
    onUp: (peer) => table.get(peer)?.up({address: `/memory/${peer}`, direction: "outbound"}),
    onDown: (peer, fault) => {
      inbox.forget(peer);
      const record = table.get(peer);
      const reason = shutdown.signal.aborted ? ({code: "NETWORK_CLOSED"} as const) : fault;
      if (record?.isNews(reason) === true) {
        options.logger.info("link down", {peer, code: reason.code, detail: reason.detail});
      }
      record?.down(reason);
    },
    onFrame: (peer, frame) => inbox.take(peer, frame),
    lookUp(peer, request) {
      const range = store.lookUp(peer, request);
      const record = table.get(peer);
      record?.addReceived(encodeBlobHeader(request).byteLength);
      record?.addSent(encodeBlobHeader(range.response).byteLength);
      if (range.response.status !== "ok") return range;
      record?.addSent(range.bytes.byteLength + BLOB_TRAILER_BYTES);
      events.onBlobSent?.(peer, request.hash, range.bytes.byteLength);
      return range;
    },
  });
  return {
    self: identity.peerId,
    addresses: () => [`/memory/${identity.peerId}`],
    send: (to, frame) => sendFrame(table, port, to, frame),
    publish: (blob, access) => store.publish(blob, access),
    withdraw: (hash) => store.withdraw(hash),
    fetch: createMemoryFetch(options, table, port, shutdown.signal),
    drop(peer) {
      const record = table.get(peer);
      if (record?.isUp() !== true) return;
      record.addViolation();
      port.drop(peer);
    },
    pause: (peer) => inbox.pause(peer),
    resume: (peer) => inbox.resume(peer),
    links: () => table.links(),
    totals: () => table.totals(),
    async close() {
      if (shutdown.signal.aborted) return;
      shutdown.abort(closedError());
      port.leave();
    },
  };
}
