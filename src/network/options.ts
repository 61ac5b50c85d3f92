import {CodedError} from "../core/index.ts";
import {DEFAULT_LIMITS, MAX_FRAME_BYTES} from "./limits.ts";
import type {FetchRequest, NetworkLimits, NetworkOptions, PeerId} from "./types.ts";

/** The caller's limits over `DEFAULT_LIMITS`. */
export function limitsOf({limits}: NetworkOptions): NetworkLimits {
  return {...DEFAULT_LIMITS, ...limits};
}

/** The members to which this node links: all but itself, in the order of the roster. */
export function membersToLink({roster, identity}: NetworkOptions): readonly PeerId[] {
  if (!roster.members.includes(identity.peerId)) {
    throw new CodedError("NETWORK_PEER_UNLISTED", `this node, ${identity.peerId}, is not in the roster`, {
      hint: "Add it to the roster file of every member, or use the key of a member.",
    });
  }
  return [...new Set(roster.members)].filter((peer) => peer !== identity.peerId);
}

/** Checks a fetch before anything is sent. @throws NETWORK_BLOB_RANGE */
export function checkFetch({offset, length, hash, into}: FetchRequest, {maxBlobBytes}: NetworkLimits): void {
  const isRange = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  const hasRoom = into === undefined || into.byteLength >= length;
  if (isRange && hasRoom && length <= maxBlobBytes && /^[0-9a-f]{64}$/.test(hash)) return;
  throw new CodedError(
    "NETWORK_BLOB_RANGE",
    `${length} bytes at ${offset} are no range that may be fetched`,
    {
      hint: `A fetch takes at most ${maxBlobBytes} bytes of a blob named by its SHA-256.`,
    },
  );
}

/** Checks a frame before it is sent. @throws NETWORK_FRAME_TOO_LARGE */
export function checkFrame(frame: Uint8Array): void {
  if (frame.byteLength <= MAX_FRAME_BYTES) return;
  throw new CodedError("NETWORK_FRAME_TOO_LARGE", `a frame of ${frame.byteLength} bytes cannot be sent`, {
    hint: `Frames hold at most ${MAX_FRAME_BYTES} bytes; publish larger content as a blob.`,
  });
}
