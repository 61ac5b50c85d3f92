import {CodedError} from "../../core/index.ts";
import {isRelease} from "../../privacy/index.ts";
import type {PeerId, Publishable} from "../types.ts";
import type {BlobRequest, BlobResponse} from "./blob-wire.ts";

/** A granted range of a blob. */
export interface BlobRange {
  readonly response: BlobResponse;
  /** The bytes of the range, a view; empty unless the status is `ok`. */
  readonly bytes: Uint8Array;
}

/** The blobs that this node has published, and the members that may fetch each. */
export interface BlobStore {
  /** @throws NETWORK_RELEASE_REQUIRED */
  publish(blob: Publishable, access?: (peer: PeerId) => boolean): void;
  withdraw(hash: string): void;
  /** Returns the range that `peer` gets for `request`. */
  lookUp(peer: PeerId, request: BlobRequest): BlobRange;
}

const NOTHING = new Uint8Array(0);

function refusal(status: "missing" | "denied" | "range"): BlobRange {
  return {response: {status, length: 0, total: 0}, bytes: NOTHING};
}

/** Creates an empty {@link BlobStore}. */
export function createBlobStore(): BlobStore {
  const entries = new Map<
    string,
    {readonly blob: Publishable; readonly access?: (peer: PeerId) => boolean}
  >();
  return {
    publish(blob, access) {
      if (!isRelease(blob)) {
        throw new CodedError("NETWORK_RELEASE_REQUIRED", "only a release may be published", {
          hint: "Make it with the release function of room privacy.",
        });
      }
      entries.set(blob.hash, access === undefined ? {blob} : {blob, access});
    },
    withdraw: (hash) => void entries.delete(hash),
    lookUp(peer, {hash, offset, length}) {
      const entry = entries.get(hash);
      if (entry === undefined) return refusal("missing");
      if (entry.access?.(peer) === false) return refusal("denied");
      const {bytes} = entry.blob;
      if (offset + length > bytes.byteLength) return refusal("range");
      return {
        response: {status: "ok", length, total: bytes.byteLength},
        bytes: bytes.subarray(offset, offset + length),
      };
    },
  };
}

/** The error with which the fetch of a refused peer fails. */
export function refusalError(status: "missing" | "denied" | "range", request: BlobRequest): CodedError {
  const where = `bytes ${request.offset} to ${request.offset + request.length} of a blob`;
  switch (status) {
    case "missing":
      return new CodedError("NETWORK_BLOB_MISSING", "the peer holds no such blob", {
        hint: "It was never published there, or is withdrawn.",
      });
    case "denied":
      return new CodedError("NETWORK_BLOB_DENIED", "the peer does not give this blob to this member");
    case "range":
      return new CodedError("NETWORK_BLOB_RANGE", `${where} lie outside it`);
  }
}
