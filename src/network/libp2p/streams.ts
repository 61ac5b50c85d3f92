import type {Connection, Stream, StreamMessageEvent} from "@libp2p/interface";
import {streamEnded} from "../faults.ts";

/** Protocol of control streams; its number is the major version of the wire format. */
export const LINK_PROTOCOL = "/consilium/link/2.0.0";

/** Protocol of blob transfers; its number is the major version of the wire format. */
export const BLOB_PROTOCOL = "/consilium/blob/1.0.0";

/** Protocol of the consortium's own DHT, apart from any public one. */
export const DHT_PROTOCOL = "/consilium/kad/1.0.0";

/** Protocol of questions about a member's addresses; its number is the major version of the wire format. */
export const WHERE_PROTOCOL = "/consilium/where/1.0.0";

/** Hands the bytes that arrive on `stream` to `sink`, as views that are valid during the call only. */
export function onStreamBytes(stream: Stream, sink: (bytes: Uint8Array) => void): void {
  stream.addEventListener("message", (event: StreamMessageEvent) => {
    if (event.data instanceof Uint8Array) sink(event.data);
    else for (const part of event.data) sink(part);
  });
}

/** Calls `action` once, when no more bytes can arrive on `stream`. */
export function onNoMoreBytes(stream: Stream, action: () => void): void {
  let isCalled = false;
  const once = (): void => {
    if (isCalled) return;
    isCalled = true;
    action();
  };
  for (const event of ["end", "close"] as const) stream.addEventListener(event, once, {once: true});
}

/**
 * Resolves when `stream` takes more bytes. Waits for the event, because the stream's own `onDrain()` resolves
 * at once from its second call on (@libp2p/utils 7.4.1), and nothing else bounds the write buffer.
 * @throws the signal's reason; NETWORK_LINK_LOST when the stream ends first
 */
export function drained(stream: Stream, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      stream.removeEventListener("drain", onDrain);
      stream.removeEventListener("close", onClose);
      signal.removeEventListener("abort", onAbort);
    };
    const onDrain = (): void => {
      end();
      resolve();
    };
    const onClose = (): void => {
      end();
      reject(streamEnded());
    };
    const onAbort = (): void => {
      end();
      reject(signal.reason);
    };
    stream.addEventListener("drain", onDrain);
    stream.addEventListener("close", onClose);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    else if (stream.status !== "open") onClose();
  });
}

/** Ends a stream at once, with `error` for the local side and a reset for the peer. */
export function abortStream(stream: Stream, error: unknown): void {
  stream.abort(error instanceof Error ? error : streamEnded(error));
}

/** The open connection of a peer on which streams should be opened: the newest, the most likely to live. */
export function openConnection(connections: readonly Connection[]): Connection | undefined {
  return connections.findLast(({status}) => status === "open");
}

/** Ends a connection at once. */
export function abortConnection(connection: Connection, error: unknown): void {
  connection.abort(error instanceof Error ? error : streamEnded(error));
}
