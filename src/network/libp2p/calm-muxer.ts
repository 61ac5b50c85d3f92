import type {MessageStream, StreamMuxer, StreamMuxerFactory} from "@libp2p/interface";

/** What Yamux's muxer has and the interface does not tell: where its frames go out; whether more may follow at once. */
interface Sending {
  sendFrame(...frame: readonly unknown[]): boolean;
}

/** What a connection has and its interface does not tell: whether anything can still be written to it. */
interface Written {
  readonly writeStatus: "writable" | "paused" | "closing" | "closed";
}

/**
 * `create`'s muxer, to which frames for a connection that has just ended are nothing. Yamux opens a stream in a microtask
 * of its own (@libp2p/yamux 8.0.3); where the connection ends before that, nobody catches what it throws, and a peer that
 * hangs up at the right moment would end the process. That the stream is over, its owner is told by its end.
 */
export function calmMuxer<Components>(
  create: (components: Components) => StreamMuxerFactory,
): (components: Components) => StreamMuxerFactory {
  return (components) => {
    const factory = create(components);
    return {
      protocol: factory.protocol,
      createStreamMuxer(connection) {
        const muxer = factory.createStreamMuxer(connection) as StreamMuxer & Sending;
        const send = muxer.sendFrame.bind(muxer);
        const written = connection as MessageStream & Written;
        const isOver = (): boolean => written.writeStatus === "closing" || written.writeStatus === "closed";
        muxer.sendFrame = (...frame) => !isOver() && send(...frame);
        return muxer;
      },
    };
  };
}
