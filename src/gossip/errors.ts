/** Codes of the errors that this room throws. */
export type GossipErrorCode =
  /** Bytes from a peer are not a frame of this protocol version. */
  | "GOSSIP_FRAME_MALFORMED"
  /** What this node wrote down about an asynchronous segment can not be read. */
  | "GOSSIP_RECORD_DAMAGED"
  /** A certificate does not carry a quorum's valid votes for its content. */
  | "GOSSIP_CERTIFICATE_INVALID";
