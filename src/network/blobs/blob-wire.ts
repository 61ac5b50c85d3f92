import {encode, rfc8949EncodeOptions} from "cborg";
import {z} from "zod";
import {CodedError} from "../../core/index.ts";
import {decodeStrictCbor} from "../handshake.ts";

/** Largest request or response header, in bytes. */
export const MAX_BLOB_HEADER_BYTES = 512;

/** Bytes of the digest that ends a response. */
export const BLOB_TRAILER_BYTES = 32;

const byteCount = z.int().min(0);
const requestSchema = z.strictObject({
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  offset: byteCount,
  length: byteCount,
});
const responseSchema = z.strictObject({
  status: z.enum(["ok", "missing", "denied", "range"]),
  length: byteCount,
  total: byteCount,
});

/** The schemas of the headers of a transfer. */
export const BLOB_SCHEMAS = {request: requestSchema, response: responseSchema} as const;

/** Asks for bytes `[offset, offset + length)` of the blob with `hash` (SHA-256, hexadecimal). */
export type BlobRequest = z.infer<typeof requestSchema>;

/**
 * Header of the answer. With `ok`, `length` bytes follow and then the SHA-256 of exactly those bytes;
 * otherwise nothing follows. `total` is the size of the whole blob in bytes, or 0 unless `ok`.
 */
export type BlobResponse = z.infer<typeof responseSchema>;

/** A header as it goes over the wire: u32 big-endian length, then canonical CBOR. */
export function encodeBlobHeader(header: BlobRequest | BlobResponse): Uint8Array {
  const body = encode(header, rfc8949EncodeOptions);
  const framed = new Uint8Array(4 + body.byteLength);
  new DataView(framed.buffer).setUint32(0, body.byteLength);
  framed.set(body, 4);
  return framed;
}

/** Reads the CBOR of a {@link BlobRequest}. @throws NETWORK_FRAME_MALFORMED */
export function decodeBlobRequest(bytes: Uint8Array): BlobRequest {
  return decodeStrictCbor(requestSchema, bytes);
}

/** Reads the CBOR of a {@link BlobResponse}. @throws NETWORK_FRAME_MALFORMED */
export function decodeBlobResponse(bytes: Uint8Array): BlobResponse {
  return decodeStrictCbor(responseSchema, bytes);
}

/** Collects the length-prefixed header at the start of a stream. */
export interface HeaderReader {
  /**
   * Takes bytes until the header is complete.
   * @returns the header's CBOR and the number of `bytes` that it took; `undefined` while more are needed
   * @throws NETWORK_FRAME_TOO_LARGE
   */
  push(bytes: Uint8Array): {readonly header: Uint8Array; readonly taken: number} | undefined;
}

/** Creates a {@link HeaderReader} for one header of at most `MAX_BLOB_HEADER_BYTES`. */
export function createHeaderReader(): HeaderReader {
  const buffer = new Uint8Array(4 + MAX_BLOB_HEADER_BYTES);
  let filled = 0;
  const wanted = (): number => {
    if (filled < 4) return 4;
    const length = new DataView(buffer.buffer).getUint32(0);
    if (length > MAX_BLOB_HEADER_BYTES) {
      throw new CodedError("NETWORK_FRAME_TOO_LARGE", `a peer sent a header of ${length} bytes`);
    }
    return 4 + length;
  };
  return {
    push(bytes) {
      let taken = 0;
      for (let need = wanted(); filled < need; need = wanted()) {
        const part = bytes.subarray(taken, taken + need - filled);
        if (part.byteLength === 0) return undefined;
        buffer.set(part, filled);
        filled += part.byteLength;
        taken += part.byteLength;
      }
      return {header: buffer.slice(4, filled), taken};
    },
  };
}
