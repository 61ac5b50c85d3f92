import type {Connection, Stream} from "@libp2p/interface";
import type {Clock, Logger, Random} from "../../../core/index.ts";
import type {NetworkErrorCode} from "../../errors.ts";
import type {FrameKind} from "../../frame.ts";
import type {HandshakeField} from "../../handshake.ts";
import type {Heartbeat} from "../../heartbeat.ts";
import type {LinkFault, LinkRecord} from "../../link-table.ts";
import type {Handshake, NetworkLimits, PeerId} from "../../types.ts";

/** Dependencies of a control link. */
export interface ControlLinkOptions {
  readonly record: LinkRecord;
  readonly handshake: Handshake;
  /** Initial window of this node's streams, in bytes. */
  readonly windowBytes: number;
  readonly limits: NetworkLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  onFrame(peer: PeerId, frame: Uint8Array): void;
  /** Tells whether the peer's budget has room for a frame; if not, the link has ended. */
  admits(kind: FrameKind, payload: Uint8Array): boolean;
  /** Called when the peer broke the wire format. */
  onViolation(code: NetworkErrorCode): void;
  /** Called when the peer opened a control stream: this side must open its own. */
  onCalled(): void;
  /** Ends every connection with the peer. */
  disconnect(): void;
}

/** The way in which a link, or the attempt at one, ended. */
export interface LinkEnd {
  readonly wasUp: boolean;
  readonly fault: LinkFault;
}

/**
 * One attempt at a link and, if it succeeds, the link: two streams, one each way, opened by their writers.
 */
export interface Life {
  readonly session: number;
  incoming: Stream | undefined;
  outgoing: Stream | undefined;
  connection: Connection | undefined;
  /** Session of the peer's hello, once it came. */
  peerSession: number | undefined;
  /** The field in which the peer's hello differs; `undefined` when none does. */
  difference: HandshakeField | undefined;
  hasAnswered: boolean;
  isWelcomed: boolean;
  fault: LinkFault | undefined;
  heartbeat: Heartbeat | undefined;
  readonly onEnd: ((end: LinkEnd) => void)[];
}

/** Creates a {@link Life} in which nothing has happened yet. */
export function newLife(random: Random): Life {
  return {
    session: random.uint32(),
    incoming: undefined,
    outgoing: undefined,
    connection: undefined,
    peerSession: undefined,
    difference: undefined,
    hasAnswered: false,
    isWelcomed: false,
    fault: undefined,
    heartbeat: undefined,
    onEnd: [],
  };
}
