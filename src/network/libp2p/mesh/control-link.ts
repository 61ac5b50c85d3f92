import type {Connection, Stream} from "@libp2p/interface";
import {CodedError, isCoded} from "../../../core/index.ts";
import {createProgressDeadline} from "../../deadline.ts";
import type {NetworkErrorCode} from "../../errors.ts";
import {createFrameReader, encodeLinkFrame, FRAME_HEADER_BYTES, type FrameKind} from "../../frame.ts";
import {isViolation} from "../../guards/guard.ts";
import {
  decodeHello,
  decodeRefused,
  decodeWelcome,
  differingField,
  encodeHandshake,
  MAX_HANDSHAKE_BYTES,
  WIRE_MINOR,
} from "../../handshake.ts";
import {startHeartbeat} from "../../heartbeat.ts";
import {MAX_FRAME_BYTES} from "../../limits.ts";
import type {LinkFault} from "../../link-table.ts";
import {abortStream, LINK_PROTOCOL, onNoMoreBytes, onStreamBytes} from "../streams.ts";
import {type ControlLinkOptions, type Life, type LinkEnd, newLife} from "./link-life.ts";

/** A peer that leaves more than this unread, in bytes, loses its link; it can ask again for missed frames. */
export const MAX_QUEUED_BYTES = 8 * 1024 * 1024;

const NO_PAYLOAD = new Uint8Array(0);

/**
 * The link to one peer. Streams are kept by peer, not by connection: when both ends dial at once there are
 * two connections but only one link. It is up when each side has welcomed the other's hello.
 */
export class ControlLink {
  readonly #options: ControlLinkOptions;
  #life: Life | undefined;
  #isPaused = false;

  constructor(options: ControlLinkOptions) {
    this.#options = options;
  }

  /** Tells whether the peer passed this side's checks; only then are its requests served. */
  hasAccepted(): boolean {
    return this.#life?.hasAnswered === true && this.#life.difference === undefined;
  }

  /** Tells whether the peer opened its stream and waits for this side's. */
  isCalled(): boolean {
    return this.#life?.incoming !== undefined && this.#life.outgoing === undefined;
  }

  /** The connection under the link while it is up. */
  connection(): Connection | undefined {
    return this.#options.record.isUp() ? this.#life?.connection : undefined;
  }

  /** Sends a frame to the peer; `false` when there is no live link. */
  send(frame: Uint8Array): boolean {
    return this.#options.record.isUp() && this.#life !== undefined && this.#write(this.#life, "data", frame);
  }

  /** Takes a control stream that the peer opened. */
  adopt(stream: Stream): void {
    // A peer opens a second stream only after it gave up the first, whose end may still be on its way here.
    if (this.#life?.incoming !== undefined) this.end({code: "NETWORK_LINK_REPLACED"});
    const life = this.#currentLife();
    life.incoming = stream;
    if (this.#isPaused) stream.pause();
    const reader = createFrameReader(
      () => (this.#options.record.isUp() ? MAX_FRAME_BYTES : MAX_HANDSHAKE_BYTES),
      (kind, payload) => this.#onFrame(life, kind, payload),
    );
    onNoMoreBytes(stream, () => this.#end(life, {code: "NETWORK_LINK_LOST"}));
    onStreamBytes(stream, (bytes) => {
      if (life !== this.#life) return;
      this.#options.record.addReceived(bytes.byteLength);
      life.heartbeat?.heard();
      this.#guard(life, () => reader.push(bytes));
    });
    this.#options.onCalled();
  }

  /** Opens this side's stream on `connection`; resolves when it has ended. */
  async run(connection: Connection, signal: AbortSignal): Promise<LinkEnd> {
    const life = this.#currentLife();
    const ended = new Promise<LinkEnd>((resolve) => life.onEnd.push(resolve));
    const {clock, limits} = this.#options;
    const onAbort = (): void => this.#end(life, {code: "NETWORK_CLOSED"});
    signal.addEventListener("abort", onAbort, {once: true});
    const cancelTimeout = clock.after(
      limits.handshakeTimeoutMs,
      () => {
        if (!this.#options.record.isUp()) this.#end(life, {code: "NETWORK_HANDSHAKE_TIMEOUT"});
      },
      {unref: true},
    );
    try {
      await this.#open(life, connection, signal);
    } catch (cause) {
      this.#end(life, {code: isCoded<NetworkErrorCode>(cause) ? cause.code : "NETWORK_LINK_LOST"});
    }
    const end = await ended;
    cancelTimeout();
    signal.removeEventListener("abort", onAbort);
    return end;
  }

  /** Stops reading from the peer: once the stream's window is full, its frames stay in its own buffers. */
  pause(): void {
    this.#isPaused = true;
    const stream = this.#life?.incoming;
    if (stream?.readStatus === "readable") stream.pause();
  }

  /** Resumes reading. */
  resume(): void {
    this.#isPaused = false;
    const life = this.#life;
    life?.heartbeat?.heard();
    if (life?.incoming?.readStatus === "paused") life.incoming.resume();
  }

  /** Ends the link, or the attempt at it. */
  end(fault: LinkFault): void {
    if (this.#life !== undefined) this.#end(this.#life, fault);
  }

  #currentLife(): Life {
    this.#life ??= newLife(this.#options.random);
    return this.#life;
  }

  async #open(life: Life, connection: Connection, parent: AbortSignal): Promise<void> {
    const {clock, limits, handshake, windowBytes} = this.#options;
    const deadline = createProgressDeadline(clock, limits.handshakeTimeoutMs, parent, () => undefined);
    const stream = await connection
      .newStream(LINK_PROTOCOL, {signal: deadline.signal})
      .finally(() => deadline.end());
    if (life !== this.#life) {
      abortStream(stream, undefined);
      return;
    }
    life.outgoing = stream;
    life.connection = connection;
    stream.addEventListener("close", () => this.#end(life, {code: "NETWORK_LINK_LOST"}), {once: true});
    const hello = {minor: WIRE_MINOR, session: life.session, window: windowBytes, terms: handshake};
    this.#write(life, "hello", encodeHandshake(hello));
    this.#answer(life);
  }

  #onFrame(life: Life, kind: FrameKind, payload: Uint8Array): void {
    if (life !== this.#life) return;
    const {record} = this.#options;
    if (!this.#options.admits(kind, payload) || kind === "heartbeat") return;
    if (kind === "hello") this.#onHello(life, payload);
    else if (kind === "welcome") {
      life.isWelcomed ||= decodeWelcome(payload).session === life.session;
      this.#settle(life);
    } else if (kind === "refused") {
      const {session, field} = decodeRefused(payload);
      if (session === life.session) this.#refuse(life, field);
    } else if (record.isUp()) this.#options.onFrame(record.peer, payload);
    else throw new CodedError("NETWORK_FRAME_MALFORMED", "a peer sent data before the handshake");
  }

  #onHello(life: Life, payload: Uint8Array): void {
    if (life.peerSession !== undefined) {
      throw new CodedError("NETWORK_FRAME_MALFORMED", "a peer sent a second hello");
    }
    const hello = decodeHello(payload);
    life.peerSession = hello.session;
    life.difference =
      hello.window === this.#options.windowBytes
        ? differingField(this.#options.handshake, hello.terms)
        : "window";
    this.#answer(life);
  }

  #answer(life: Life): void {
    if (life.peerSession === undefined || life.outgoing === undefined || life.hasAnswered) return;
    life.hasAnswered = true;
    const session = life.peerSession;
    if (life.difference === undefined) {
      this.#write(life, "welcome", encodeHandshake({session}));
      this.#settle(life);
    } else {
      this.#write(life, "refused", encodeHandshake({session, field: life.difference}));
      this.#refuse(life, life.difference);
    }
  }

  /**
   * Refuses a handshake that differs. The stream is closed, not reset: the peer can still read the reason.
   */
  #refuse(life: Life, field: NonNullable<Life["difference"]>): void {
    life.fault ??= {code: "NETWORK_HANDSHAKE_MISMATCH", detail: field};
    this.#options.record.down(life.fault);
    void life.outgoing?.close().catch(() => this.#end(life, {code: "NETWORK_LINK_LOST"}));
  }

  #settle(life: Life): void {
    const {record, clock, limits} = this.#options;
    const isAgreed = life.isWelcomed && life.hasAnswered && life.difference === undefined;
    if (!isAgreed || life.connection === undefined || record.isUp()) return;
    const {connection} = life;
    life.heartbeat = startHeartbeat({
      clock,
      heartbeatMs: limits.heartbeatMs,
      silenceTimeoutMs: limits.silenceTimeoutMs,
      send: () => void this.#write(life, "heartbeat", NO_PAYLOAD),
      onSilence: () => this.#stall(life),
    });
    record.setRtt(() => connection.rtt);
    this.#options.logger.info("link up", {peer: record.peer, direction: connection.direction});
    record.up({address: connection.remoteAddr.toString(), direction: connection.direction});
  }

  #write(life: Life, kind: FrameKind, payload: Uint8Array): boolean {
    const stream = life.outgoing;
    if (stream === undefined || life !== this.#life) return false;
    if (stream.writeBufferLength > MAX_QUEUED_BYTES) {
      this.#stall(life);
      return false;
    }
    try {
      stream.send(encodeLinkFrame(kind, payload));
    } catch {
      this.#end(life, {code: "NETWORK_LINK_LOST"});
      return false;
    }
    this.#options.record.addSent(FRAME_HEADER_BYTES + payload.byteLength);
    return true;
  }

  /** Ends the connections of a peer that neither reads nor speaks: they would only hold bytes for it. */
  #stall(life: Life): void {
    this.#end(life, {code: "NETWORK_LINK_STALLED"});
    this.#options.disconnect();
  }

  /** Runs `action`: a frame outside the wire format costs the peer its connections, never this node. */
  #guard(life: Life, action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!isViolation(error)) throw error;
      this.#options.onViolation(error.code);
      this.#end(life, {code: error.code});
      this.#options.disconnect();
    }
  }

  #end(life: Life, fault: LinkFault): void {
    if (life !== this.#life) return;
    this.#life = undefined;
    life.heartbeat?.stop();
    const {record, logger} = this.#options;
    const reason = life.fault ?? fault;
    for (const stream of [life.incoming, life.outgoing])
      if (stream !== undefined) abortStream(stream, undefined);
    if (record.isNews(reason)) {
      const fields = {peer: record.peer, code: reason.code, detail: reason.detail};
      if (reason.code === "NETWORK_CLOSED") logger.debug("link down", fields);
      else logger.warn("link down", fields);
    }
    const wasUp = record.isUp();
    record.down(reason);
    for (const notify of life.onEnd) notify({wasUp, fault: reason});
  }
}
