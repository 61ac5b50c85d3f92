/** Codes of the errors that this room throws. */
export type GossipErrorCode =
  /** Bytes from a peer are not a frame of this protocol version. */
  | "GOSSIP_FRAME_MALFORMED"
  /** A peer's mass is not the one that it announced, or is heavier than any can be. */
  | "GOSSIP_MASS_INVALID"
  /** This node's record of an asynchronous segment cannot be read. */
  | "GOSSIP_RECORD_DAMAGED"
  /** A certificate does not carry a quorum's valid votes for its content. */
  | "GOSSIP_CERTIFICATE_INVALID"
  /** A file is not a trace of a session, or is of another version. */
  | "GOSSIP_TRACE_INVALID"
  /** A replay asked for something that the recorded session did not do. */
  | "GOSSIP_TRACE_DIVERGED"
  /** Too few vectors for a robust rule's bound of faulty members. */
  | "GOSSIP_ROBUST_TOO_FEW"
  /** Self-centred clipping without a valid vector of the member's own. */
  | "GOSSIP_ROBUST_NO_CENTRE";
