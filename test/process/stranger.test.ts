import {noise} from "@chainsafe/libp2p-noise";
import {generateKeyPairFromSeed} from "@libp2p/crypto/keys";
import type {Connection, ConnectionEncrypter, StreamMessageEvent} from "@libp2p/interface";
import {tcp} from "@libp2p/tcp";
import {yamux} from "@libp2p/yamux";
import {multiaddr} from "@multiformats/multiaddr";
import {createLibp2p, type Libp2p} from "libp2p";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {YAMUX_SETTINGS} from "../../src/network/libp2p/host/host.ts";
import {openStateDirectory} from "../../src/storage/index.ts";
import {type Consortium, createConsortium, type Site} from "./consortium.ts";
import type {NodeStatus} from "./daemon.ts";

const TEST_LIMIT_MS = 120_000;
const ATTEMPTS = 5;
/** Everything that a daemon speaks. */
const PROTOCOLS = [
  "/ipfs/id/1.0.0",
  "/ipfs/id/push/1.0.0",
  "/ipfs/ping/1.0.0",
  "/consilium/kad/1.0.0",
  "/consilium/link/2.0.0",
  "/consilium/blob/1.0.0",
];

/** A bare host that counts what comes to it behind the Noise handshake. */
interface Caller {
  readonly host: Libp2p;
  bytes(): number;
}

async function createCaller(seed: Uint8Array): Promise<Caller> {
  let bytes = 0;
  const countingNoise = (...parts: Parameters<ReturnType<typeof noise>>): ConnectionEncrypter => {
    const inner = noise()(...parts);
    return {
      protocol: inner.protocol,
      secureInbound: (...call) => inner.secureInbound(...call),
      async secureOutbound(...call) {
        const secured = await inner.secureOutbound(...call);
        secured.connection.addEventListener("message", ({data}: StreamMessageEvent) => {
          bytes += data.byteLength;
        });
        return secured;
      },
    };
  };
  const host = await createLibp2p({
    privateKey: await generateKeyPairFromSeed("Ed25519", seed),
    transports: [tcp()],
    connectionEncrypters: [countingNoise],
    streamMuxers: [yamux(YAMUX_SETTINGS)],
    connectionMonitor: {enabled: false},
  });
  return {host, bytes: () => bytes};
}

async function memberSeed({state}: Site): Promise<Uint8Array> {
  const directory = await openStateDirectory(state);
  try {
    return (await directory.readNodeKey()) ?? new Uint8Array();
  } finally {
    await directory.close();
  }
}

describe("a daemon's address in the hands of", () => {
  let consortium: Consortium;
  let status: NodeStatus;

  beforeAll(async () => {
    consortium = await createConsortium({
      sites: ["north", "south"],
      rounds: 2,
      localSteps: 2,
      deadline: {minimumSeconds: 0.2, maximumSeconds: 2},
    });
    status = await consortium.start(consortium.site("north"));
  }, TEST_LIMIT_MS);
  afterAll(() => consortium.close());

  /**
   * Dials the daemon and asks for every protocol several times: a daemon ends a connection that carries no link, which
   * may be in the middle of a question. @returns the protocols on which a stream came about
   */
  const askForEverything = async ({host}: Caller): Promise<ReadonlySet<string>> => {
    const addresses = status.addresses.map((address) => multiaddr(address));
    const got = new Set<string>();
    for (const protocol of Array.from({length: ATTEMPTS}, () => PROTOCOLS).flat()) {
      if (got.has(protocol)) continue;
      const connection: Connection | undefined = await host.dial(addresses).catch(() => undefined);
      const stream = await connection?.newStream(protocol).catch(() => undefined);
      if (stream !== undefined) got.add(protocol);
      await consortium.until("an answer or the end", 10_000, () =>
        stream !== undefined || host.getConnections().length === 0 ? true : null,
      );
    }
    return got;
  };

  it("a member gives answers, so that the count below means something", async () => {
    const caller = await createCaller(await memberSeed(consortium.site("south")));
    try {
      expect([...(await askForEverything(caller))]).toEqual(
        expect.arrayContaining(["/ipfs/id/1.0.0", "/consilium/link/2.0.0"]),
      );
      expect(caller.bytes()).toBeGreaterThan(100);
    } finally {
      await caller.host.stop();
    }
  });

  it("someone who is not on the roster gives not one byte", async () => {
    const caller = await createCaller(new Uint8Array(32).fill(7));
    try {
      expect([...(await askForEverything(caller))]).toEqual([]);
      expect(caller.bytes(), "bytes behind the handshake").toBe(0);
    } finally {
      await caller.host.stop();
    }
    const [now] = await consortium.statuses([consortium.site("north")]);
    expect(now?.peers.map(({name}) => name)).toEqual(["south"]);
  });
});
