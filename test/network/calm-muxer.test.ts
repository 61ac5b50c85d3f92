import {noise} from "@chainsafe/libp2p-noise";
import type {MessageStream, StreamMuxer, StreamMuxerFactory} from "@libp2p/interface";
import {tcp} from "@libp2p/tcp";
import {yamux} from "@libp2p/yamux";
import {createLibp2p} from "libp2p";
import {expect, it} from "vitest";
import {calmMuxer} from "../../src/network/libp2p/host/calm-muxer.ts";
import {YAMUX_SETTINGS} from "../../src/network/libp2p/host/host.ts";
import {rawPeer} from "./raw-peer.ts";

it("a connection that ends while a stream is being opened on it costs the stream, and nothing else", async () => {
  const listener = await rawPeer(1, ["/ip4/127.0.0.1/tcp/0"]);
  const made: {connection: MessageStream; muxer: StreamMuxer}[] = [];
  const dialler = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [
      (): StreamMuxerFactory => {
        const factory = calmMuxer(yamux(YAMUX_SETTINGS))(undefined);
        return {
          protocol: factory.protocol,
          createStreamMuxer(connection) {
            const muxer = factory.createStreamMuxer(connection);
            made.push({connection, muxer});
            return muxer;
          },
        };
      },
    ],
    connectionMonitor: {enabled: false},
  });
  const uncaught: unknown[] = [];
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => uncaught.push(error));
  try {
    await dialler.dial(listener.getMultiaddrs());
    const [first] = made;
    if (first === undefined) throw new Error("no muxer was made");
    const {connection, muxer} = first;
    const opened = Promise.resolve(muxer.createStream());
    // As when the socket's end has been seen, and not yet been told to the muxer.
    Object.assign(connection, {writeStatus: "closed"});
    await opened;
    // Microtasks, in which Yamux would throw, come before the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    expect(uncaught).toEqual([]);
  } finally {
    process.removeAllListeners("uncaughtException");
    for (const other of others) process.on("uncaughtException", other);
    await Promise.all([dialler.stop(), listener.stop()]);
  }
});
