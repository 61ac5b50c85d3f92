/** Codes of the errors, refusals and link ends of this room. */
export type NetworkErrorCode =
  /** A listen address is no multiaddr this transport can listen on. */
  | "NETWORK_LISTEN_ADDRESS_INVALID"
  /** Another process already listens on the port. */
  | "NETWORK_PORT_IN_USE"
  /** The listen address could not be bound for another reason, such as a host that is not this machine's. */
  | "NETWORK_LISTEN_FAILED"
  /** A bootstrap address is no multiaddr that can be dialled. */
  | "NETWORK_BOOTSTRAP_ADDRESS_INVALID"
  /** A member's id is no libp2p PeerId. */
  | "NETWORK_PEER_ID_INVALID"
  /** The private key does not belong to the stated PeerId. */
  | "NETWORK_IDENTITY_MISMATCH"
  /** The peer is not in the roster. */
  | "NETWORK_PEER_UNLISTED"
  /** No address of the peer is known, or none could be dialled. */
  | "NETWORK_PEER_UNREACHABLE"
  /** The peer's handshake differs in a named field. */
  | "NETWORK_HANDSHAKE_MISMATCH"
  /** The peer did not complete the handshake in time. */
  | "NETWORK_HANDSHAKE_TIMEOUT"
  /** The connection under the link ended. */
  | "NETWORK_LINK_LOST"
  /** The peer took nothing, or was silent, for so long that the link was given up. */
  | "NETWORK_LINK_STALLED"
  /** A newer link of the same peer took this one's place. */
  | "NETWORK_LINK_REPLACED"
  /** A frame was larger than `MAX_FRAME_BYTES`. */
  | "NETWORK_FRAME_TOO_LARGE"
  /** A frame broke the wire format. */
  | "NETWORK_FRAME_MALFORMED"
  /** The peer sent, or asked for, more than its budget; it is kept out for a time. */
  | "NETWORK_BUDGET_EXCEEDED"
  /** The peer is kept out for a time after it spent more than its budget or broke the wire format. */
  | "NETWORK_PEER_EXCLUDED"
  /** The delegation of the peer's key by its organisation has ended. */
  | "NETWORK_KEY_EXPIRED"
  /** Something other than a release of room privacy was to be published. */
  | "NETWORK_RELEASE_REQUIRED"
  /** The peer holds no blob of that hash. */
  | "NETWORK_BLOB_MISSING"
  /** The peer holds the blob but does not give it to this member. */
  | "NETWORK_BLOB_DENIED"
  /** The range asked for is not inside the blob, or exceeds the limit. */
  | "NETWORK_BLOB_RANGE"
  /** The bytes that arrived do not have the hash they should have. */
  | "NETWORK_BLOB_CORRUPT"
  /** A transfer made no progress, or broke off, more often than the limit allows. */
  | "NETWORK_TRANSFER_FAILED"
  /** The network was closed. */
  | "NETWORK_CLOSED";
