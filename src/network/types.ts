import type {Clock, Closable, Logger, Meter, Random} from "../core/index.ts";
import type {Release} from "../privacy/index.ts";
import type {NetworkErrorCode} from "./errors.ts";
import type {Budgets} from "./guards/budgets.ts";

/** Identity of a member's node: a libp2p PeerId in base58btc (`12D3KooW...`). */
export type PeerId = string;

/** The only thing that may be published to peers: a release made by room privacy, never plain bytes. */
export type Publishable = Release;

/**
 * The terms on which both ends of a link must agree, by name (`consortium`, `run`, `layout`, ...). A link
 * comes up only between members whose records are equal, key for key.
 */
export type Handshake = Readonly<Record<string, string>>;

/** The closed set of members, and the key under which they find each other. */
export interface NetworkRoster {
  /** All members, this one included; peers outside are refused before any application byte. */
  readonly members: readonly PeerId[];
  /** When members' keys expire, in milliseconds since 1970; a member that is not here has no such time. */
  readonly expiries: ReadonlyMap<PeerId, number>;
  /** The consortium's rendezvous key, 32 bytes: its SHA-256 is what the locator publishes. */
  readonly rendezvous: Uint8Array;
}

/** The identity of this node. */
export interface NetworkIdentity {
  /** Ed25519 seed, 32 bytes. */
  readonly privateKeySeed: Uint8Array;
  /** The PeerId that belongs to it. */
  readonly peerId: PeerId;
}

/** Bounds on the work and the waiting that a peer can cause on this node. */
export interface NetworkLimits {
  /** Largest range of one fetch, in bytes. */
  readonly maxBlobBytes: number;
  /** A transfer that moves no byte for this long is broken off and resumed. */
  readonly progressTimeoutMs: number;
  /** Number of attempts in a row without a single new byte after which a fetch fails. */
  readonly fetchAttempts: number;
  /** The handshake of a link must be complete within this time. */
  readonly handshakeTimeoutMs: number;
  /** Interval between signs of life over a link. A link without any for twice as long is silent. */
  readonly heartbeatMs: number;
  /** A link from which nothing arrives for this long is given up. */
  readonly silenceTimeoutMs: number;
  /** Longest pause between two attempts to reach an absent member. */
  readonly redialMaxMs: number;
  /** Bytes of the largest blob of a round, the model as a snapshot; budgets of transfers follow from it. */
  readonly roundBytes: number;
}

/** Events that the network reports to its owner; calls come one after the other and must not throw. */
export interface NetworkEvents {
  /** Called when the link to `peer` is up: frames may be sent and will arrive. */
  onLinkUp(peer: PeerId): void;
  /** Called when the link to `peer`, which was up, has ended; exactly once for each `onLinkUp`. */
  onLinkDown(peer: PeerId, reason: NetworkErrorCode): void;
  /** Called for each frame from `peer`, in the order of sending; the receiver may keep the bytes. */
  onFrame(peer: PeerId, frame: Uint8Array): void;
  /**
   * Called when all of the range that `peer` asked for has been handed to its link: `bytes` of the blob with
   * `hash`.
   */
  onBlobSent?(peer: PeerId, hash: string, bytes: number): void;
}

/** Options common to every kind of network. */
export interface NetworkOptions {
  readonly identity: NetworkIdentity;
  readonly roster: NetworkRoster;
  readonly handshake: Handshake;
  readonly events: NetworkEvents;
  readonly clock: Clock;
  /** Source of the jitter of the redial loop and of session numbers; not used for keys. */
  readonly random: Random;
  readonly logger: Logger;
  /** Overrides of `DEFAULT_LIMITS`. */
  readonly limits?: Partial<NetworkLimits>;
}

/** Options of `createLibp2pNetwork`. */
export interface Libp2pNetworkOptions extends NetworkOptions {
  /** Multiaddrs to listen on, such as `/ip4/0.0.0.0/tcp/4001`; port 0 takes a free port. */
  readonly listen: readonly string[];
  /** Multiaddrs of any members, with or without `/p2p/` suffix; one live member is enough. */
  readonly bootstrap: readonly string[];
  /** Announces and finds members on the local network by multicast DNS. */
  readonly mdns: boolean;
  /** Overrides of the budgets that follow from roster and limits. */
  readonly budgets?: Partial<Budgets>;
  /** Registry in which libp2p's own figures become metrics; they are not kept when absent. */
  readonly meter?: Meter;
  /** Addresses at which members were last reached, as handed to `onAddresses` in an earlier life. */
  readonly knownAddresses: Readonly<Record<PeerId, readonly string[]>>;
  /** Called with all addresses now known of `peer`, for the caller to persist. */
  onAddresses(peer: PeerId, addresses: readonly string[]): void;
}

/** One roster peer as this node sees it. */
export interface LinkState {
  readonly peer: PeerId;
  /** `silent`: the link is there, but nothing has come over it for longer than two heartbeats take. */
  readonly status: "up" | "silent" | "down";
  /** Start of the status, in wall-clock milliseconds; for a silent link, the time of the last byte. */
  readonly sinceWallMs: number;
  /** Time at which the last byte came from the peer, in wall-clock ms; `undefined` before the first. */
  readonly lastHeardWallMs: number | undefined;
  /** Last measured round trip, in milliseconds, if the link is up, not silent, and one was measured. */
  readonly rttMs: number | undefined;
  /** Application bytes to the peer, framing included, over the network's whole life. */
  readonly bytesSent: number;
  /** Application bytes from the peer, framing included, over the network's whole life. */
  readonly bytesReceived: number;
  /** The peer's address on the present connection, or else on the last. */
  readonly address: string | undefined;
  /** The end that dialled the present connection, or else the last. */
  readonly direction: "inbound" | "outbound" | undefined;
  /** The way in which the peer is reached while the link is up. */
  readonly via: "direct" | undefined;
  /** The reason why the link last failed to come up, or ended; `undefined` once it is up. */
  readonly lastError: NetworkErrorCode | undefined;
  /** A detail beyond the code, such as the handshake field that differs. */
  readonly lastErrorDetail: string | undefined;
  /** Number of times that the peer broke the wire format. */
  readonly violations: number;
  /** Number of times that the peer was kept out: it spent more than its budget or broke the wire format. */
  readonly exclusions: number;
  /** End of the last exclusion, in wall-clock milliseconds; `undefined` before the first. */
  readonly excludedUntilWallMs: number | undefined;
}

/** Application bytes over all peers, framing included. */
export interface ByteTotals {
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** A range of a peer's blob to fetch. */
export interface FetchRequest {
  readonly from: PeerId;
  /** SHA-256 of the whole blob, lower-case hexadecimal. */
  readonly hash: string;
  /** First byte of the range. */
  readonly offset: number;
  /** Length of the range in bytes, at most `maxBlobBytes`. */
  readonly length: number;
  /**
   * Size of the whole blob in bytes, if the caller knows it. Without it the peer's word decides whether the
   * range is the whole blob, and so whether the bytes are checked against `hash`.
   */
  readonly total?: number;
  /** Ends the fetch, which then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /**
   * Buffer for the range, at least `length` bytes; a new array when absent. A reused buffer saves the system
   * from handing out fresh memory, a quarter of the receiving cost. The fetch owns it until the fetch is
   * over.
   */
  readonly into?: Uint8Array;
  /**
   * Takes the range in order as it arrives: decoding can run beside the transfer. `part` is a view into the
   * result, to be read only; `position` is its place in the range. Parts are verified only when the fetch
   * resolves; drop everything made of them when it rejects.
   */
  readonly onPart?: (part: Uint8Array, position: number) => void;
}

/** Peer links of one member: pushes small frames, fetches blobs by hash, and keeps the links up by itself. */
export interface Network extends Closable {
  readonly self: PeerId;
  /** Addresses that others can dial, with a `/p2p/` suffix. */
  addresses(): readonly string[];
  /**
   * Sends a frame of at most `MAX_FRAME_BYTES`. Frames arrive whole and in order while a link lives. The
   * bytes are copied: the caller keeps `frame`.
   * @returns whether a live link took it; `false` means dropped
   * @throws NETWORK_FRAME_TOO_LARGE
   */
  send(to: PeerId, frame: Uint8Array): boolean;
  /**
   * Makes a blob fetchable by its hash until it is withdrawn; its bytes must not change from here on.
   * @param access tells which members may fetch it; all when absent
   * @throws NETWORK_RELEASE_REQUIRED for anything that room privacy did not make
   */
  publish(blob: Publishable, access?: (peer: PeerId) => boolean): void;
  /** Ends the publication of the blob with `hash`; running transfers go on to their end. */
  withdraw(hash: string): void;
  /**
   * Fetches a range of a peer's blob; after a break it waits for the link to come back and resumes.
   * @returns bytes `[offset, offset + length)`, owned by the caller, a view of `into` if that was given; the
   *   whole blob is checked against its hash, a range against the digest its sender appended
   * @throws NETWORK_BLOB_MISSING, NETWORK_BLOB_DENIED, NETWORK_BLOB_RANGE, NETWORK_BLOB_CORRUPT,
   *   NETWORK_TRANSFER_FAILED, NETWORK_PEER_UNLISTED, NETWORK_CLOSED; the signal's reason when it aborts
   */
  fetch(request: FetchRequest): Promise<Uint8Array>;
  /**
   * Ends the link to a member whose frame made no sense to its reader, and counts the violation. The member
   * may call again after a time that grows with each offence.
   */
  drop(peer: PeerId): void;
  /** Stops reading frames of a member until `resume`, because the workers on its frames can hold no more. */
  pause(peer: PeerId): void;
  /** Resumes reading its frames. */
  resume(peer: PeerId): void;
  /** One state for each roster peer, in the order of the roster. */
  links(): readonly LinkState[];
  totals(): ByteTotals;
}
