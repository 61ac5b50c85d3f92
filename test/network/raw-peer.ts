import "../../src/core/polyfill.ts";
import {connect, createServer, type Server, type Socket} from "node:net";
import {noise} from "@chainsafe/libp2p-noise";
import {generateKeyPairFromSeed} from "@libp2p/crypto/keys";
import {identify} from "@libp2p/identify";
import type {PrivateKey} from "@libp2p/interface";
import {kadDHT} from "@libp2p/kad-dht";
import {PeerRecord, RecordEnvelope} from "@libp2p/peer-record";
import {ping} from "@libp2p/ping";
import {tcp} from "@libp2p/tcp";
import {yamux} from "@libp2p/yamux";
import {multiaddr} from "@multiformats/multiaddr";
import {createLibp2p, type Libp2p} from "libp2p";
import type {PeerId} from "../../src/network/index.ts";
import {parsePeerId} from "../../src/network/libp2p/addresses.ts";
import {YAMUX_SETTINGS} from "../../src/network/libp2p/host/host.ts";
import {DHT_PROTOCOL, LINK_PROTOCOL, WHERE_PROTOCOL} from "../../src/network/libp2p/streams.ts";
import {seedOf} from "./fixture.ts";

/** A bare libp2p host with that key: Noise and Yamux, and none of this house's protocols. @param seed of Ed25519 */
export async function rawHost(seed: Uint8Array, listen: readonly string[] = []): Promise<Libp2p> {
  return await createLibp2p({
    privateKey: await generateKeyPairFromSeed("Ed25519", seed),
    addresses: {listen: [...listen]},
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux(YAMUX_SETTINGS)],
    connectionMonitor: {enabled: false},
  });
}

/** {@link rawHost} with the key of test member `index`. */
export const rawPeer = (index: number, listen: readonly string[] = []): Promise<Libp2p> =>
  rawHost(seedOf(index), listen);

/** A member, and where it is said to be. */
export interface Whereabouts {
  readonly peer: PeerId;
  readonly addresses: readonly string[];
}

/** What a {@link lyingHost} says. */
export interface AddressLies {
  /** Where it says, signed, that it is itself. */
  readonly ofItself: readonly string[];
  /** Where another member is said to be: by its Kademlia, and in records that this host signed. */
  readonly ofOther: Whereabouts;
  /** Is told of each answer to somebody's question. */
  onTold(by: "kademlia" | "record"): void;
}

/** What libp2p's Kademlia keeps of peers, which its type does not show. */
interface RoutingTable {
  closestPeers(): ReturnType<typeof parsePeerId>[];
}

/** A record about a member, but over the signature of whoever has the key. */
async function forgedRecord(key: PrivateKey, {peer, addresses}: Whereabouts): Promise<Uint8Array> {
  const multiaddrs = addresses.map((address) => multiaddr(address));
  const record = new PeerRecord({peerId: parsePeerId(peer), multiaddrs});
  return (await RecordEnvelope.seal(record, key)).marshal().slice();
}

/**
 * A libp2p host with that key that lies about addresses in all its answers, and dials none of those that it makes up. It
 * lets others open links, so that its connections stay for a while, and says nothing on them.
 */
export async function lyingHost(seed: Uint8Array, {ofItself, ofOther, onTold}: AddressLies): Promise<Libp2p> {
  const key = await generateKeyPairFromSeed("Ed25519", seed);
  const host = await createLibp2p({
    privateKey: key,
    addresses: {listen: ["/ip4/127.0.0.1/tcp/0"], announce: [...ofItself]},
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux(YAMUX_SETTINGS)],
    connectionGater: {denyDialPeer: (peer) => peer.toString() === ofOther.peer},
    connectionMonitor: {enabled: false},
    services: {
      identify: identify(),
      ping: ping(),
      dht: kadDHT({
        protocol: DHT_PROTOCOL,
        clientMode: false,
        peerInfoMapper(info) {
          if (info.id.toString() === ofOther.peer) onTold("kademlia");
          return info;
        },
      }),
    },
  });
  const other = parsePeerId(ofOther.peer);
  await host.peerStore.patch(other, {multiaddrs: ofOther.addresses.map((address) => multiaddr(address))});
  // Whoever it is asked for, the other member is near.
  const {routingTable} = host.services.dht as unknown as {routingTable: RoutingTable};
  routingTable.closestPeers = () => [other];
  await host.handle(LINK_PROTOCOL, () => {});
  const forged = await forgedRecord(key, ofOther);
  let asked = 0;
  await host.handle(WHERE_PROTOCOL, async (stream) => {
    const {peerRecordEnvelope: own = forged} = await host.peerStore.get(host.peerId);
    stream.send(asked % 2 === 0 ? forged : own);
    asked += 1;
    onTold("record");
    await stream.close();
  });
  return host;
}

/** A TCP relay on loopback whose connections a test can cut. */
export interface CuttableRelay {
  readonly port: number;
  /** Bytes that went from the target to the dialler so far. */
  bytesBack(): number;
  /** Cuts all connections each time `bytesBack` passes one of these, in ascending order. */
  cutAt(...bytesBack: readonly number[]): void;
  /** Lets nothing through any more, without closing. */
  freeze(): void;
  close(): Promise<void>;
}

/** A {@link CuttableRelay} to `targetPort` on loopback. */
export async function cuttableRelay(targetPort: number): Promise<CuttableRelay> {
  const sockets = new Set<Socket>();
  let back = 0;
  let limits: number[] = [];
  let isFrozen = false;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const server: Server = createServer((inner) => {
    const outer = connect(targetPort, "127.0.0.1");
    for (const [from, to] of [[inner, outer] as const, [outer, inner] as const]) {
      sockets.add(from);
      from.on("error", () => {});
      from.on("close", () => to.destroy());
      from.on("data", (bytes) => {
        if (isFrozen) return;
        if (from === outer) back += bytes.byteLength;
        if (!to.write(bytes)) from.pause();
        if (back < (limits[0] ?? Number.POSITIVE_INFINITY)) return;
        limits.shift();
        cut();
      });
      to.on("drain", () => from.resume());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    bytesBack: () => back,
    cutAt(...bytesBack) {
      limits = [...bytesBack];
    },
    freeze() {
      isFrozen = true;
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The TCP port of a multiaddr. */
export function portOf(address: string): number {
  return Number(/\/tcp\/(\d+)/.exec(address)?.[1]);
}
