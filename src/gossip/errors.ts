/** Codes of the errors that this room throws. */
export type GossipErrorCode =
  /** Bytes from a peer are not a frame of this protocol version. */
  | "GOSSIP_FRAME_MALFORMED"
  /** A certificate does not carry a quorum's valid votes for its content. */
  | "GOSSIP_CERTIFICATE_INVALID"
  /** The plan's edge list does not fit the members. */
  | "GOSSIP_SCHEDULE_UNUSABLE";
