import "../../src/core/polyfill.ts";
import {connect, createServer, type Server, type Socket} from "node:net";
import {noise} from "@chainsafe/libp2p-noise";
import {generateKeyPairFromSeed} from "@libp2p/crypto/keys";
import {identify} from "@libp2p/identify";
import {kadDHT, passthroughMapper} from "@libp2p/kad-dht";
import {ping} from "@libp2p/ping";
import {tcp} from "@libp2p/tcp";
import {yamux} from "@libp2p/yamux";
import {createLibp2p, type Libp2p} from "libp2p";
import {YAMUX_SETTINGS} from "../../src/network/libp2p/host.ts";
import {DHT_PROTOCOL} from "../../src/network/libp2p/streams.ts";
import {seedOf} from "./fixture.ts";

/** A bare libp2p host with the key of test member `index`: Noise and Yamux, and none of this house's protocols. */
export async function rawPeer(index: number, listen: readonly string[] = []): Promise<Libp2p> {
  return await createLibp2p({
    privateKey: await generateKeyPairFromSeed("Ed25519", seedOf(index)),
    addresses: {listen: [...listen]},
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux(YAMUX_SETTINGS)],
    connectionMonitor: {enabled: false},
  });
}

/** A libp2p host with the key of test member `index` that says of itself, signed, that it is at `announce`. */
export async function lyingPeer(index: number, announce: readonly string[]): Promise<Libp2p> {
  return await createLibp2p({
    privateKey: await generateKeyPairFromSeed("Ed25519", seedOf(index)),
    addresses: {listen: ["/ip4/127.0.0.1/tcp/0"], announce: [...announce]},
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux(YAMUX_SETTINGS)],
    connectionMonitor: {enabled: false},
    services: {
      identify: identify(),
      ping: ping(),
      dht: kadDHT({protocol: DHT_PROTOCOL, clientMode: false, peerInfoMapper: passthroughMapper}),
    },
  });
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
