import type {MessageStream, StreamMuxer, StreamMuxerFactory} from "@libp2p/interface";

/** A member of Yamux's muxer that the interface omits: sends a frame; returns whether more may follow now. */
interface Sending {
  sendFrame(...frame: readonly unknown[]): boolean;
}

/** A member of a connection that its interface omits: tells whether it can still be written to. */
interface Written {
  readonly writeStatus: "writable" | "paused" | "closing" | "closed";
}

/**
 * Wraps `create`'s muxer to ignore frames for a connection that has just ended. Yamux opens a stream in a
 * microtask of its own (@libp2p/yamux 8.0.3). If the connection ends before that, nothing catches what it
 * throws, and a peer that hangs up at the right moment would end the process. The owner of the stream learns
 * of its end by the end event.
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
