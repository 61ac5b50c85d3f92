import {peerIdFromPublicKey} from "@libp2p/peer-id";
import {PeerRecord, RecordEnvelope} from "@libp2p/peer-record";
import type {Multiaddr} from "@multiformats/multiaddr";
import {CodedError} from "../../core/index.ts";
import type {PeerId} from "../types.ts";

/** Largest record that is read, in bytes: two dozen addresses take less. */
export const MAX_RECORD_BYTES = 2_048;

/** The addresses at which a member says that it can be reached, signed with its own key. */
export interface SignedRecord {
  readonly peer: PeerId;
  readonly addresses: readonly Multiaddr[];
  /** Number that grows with each record of the member: its clock when it signed, in milliseconds. */
  readonly sequence: bigint;
}

/**
 * Reads a libp2p signed peer record.
 * @throws NETWORK_FRAME_MALFORMED unless it is signed by the peer that it names
 */
export async function openRecord(bytes: Uint8Array): Promise<SignedRecord> {
  const malformed = (cause?: unknown): CodedError =>
    new CodedError("NETWORK_FRAME_MALFORMED", "a record of addresses is not signed by whom it is about", {
      cause,
    });
  if (bytes.byteLength > MAX_RECORD_BYTES) throw malformed();
  try {
    const envelope = await RecordEnvelope.openAndCertify(bytes, PeerRecord.DOMAIN);
    const {peerId, multiaddrs, seqNumber} = PeerRecord.createFromProtobuf(envelope.payload);
    const isOwn = peerIdFromPublicKey(envelope.publicKey).equals(peerId);
    if (isOwn) return {peer: peerId.toString(), addresses: multiaddrs, sequence: seqNumber};
  } catch (cause) {
    throw malformed(cause);
  }
  throw malformed();
}
