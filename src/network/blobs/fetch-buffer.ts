import {equals} from "uint8arrays/equals";
import {fromString} from "uint8arrays/from-string";
import {CodedError, present, type RunningHash, runningSha256} from "../../core/index.ts";
import type {FetchRequest} from "../types.ts";
import {refusalError} from "./blob-store.ts";
import {BLOB_TRAILER_BYTES, createHeaderReader, decodeBlobResponse} from "./blob-wire.ts";

/**
 * Parts handed to `onPart` start at multiples of this, and all but the last are a multiple of it long, in
 * bytes.
 */
export const PART_BYTES = 64 * 1024;

/** The range that a fetch fills, over as many streams as it takes. */
export class FetchBuffer {
  readonly #request: FetchRequest;
  /** Hash of everything received so far, on whatever stream it came. */
  readonly #whole: RunningHash = runningSha256();
  #bytes: Uint8Array | undefined;
  #filled = 0;
  #handed = 0;
  #total: number | undefined;

  constructor(request: FetchRequest) {
    this.#request = request;
  }

  /** Bytes of the range that have arrived. */
  get filled(): number {
    return this.#filled;
  }

  /** The range, once there is room for it; whole once it is complete. */
  get bytes(): Uint8Array {
    return present(this.#bytes, "the room for a range");
  }

  /**
   * Makes room, only once the peer has said that it holds the range, of a blob of `total` bytes.
   * @throws NETWORK_BLOB_CORRUPT if the size differs from the one that the caller knows
   */
  allocate(total: number): void {
    const {into, length, total: expected = total} = this.#request;
    if (total !== expected) throw corrupt();
    this.#total = total;
    // Buffers of this size come zeroed from the operating system, page by page as they are filled.
    this.#bytes ??= into === undefined ? new Uint8Array(length) : into.subarray(0, length);
  }

  /** Takes the next bytes of the range. */
  append(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#filled);
    this.#filled += bytes.byteLength;
    this.#whole.update(bytes);
    const isComplete = this.#filled === this.#request.length;
    const ready = isComplete ? this.#filled : this.#filled - (this.#filled % PART_BYTES);
    if (ready > this.#handed) {
      const start = this.#handed;
      this.#handed = ready;
      this.#request.onPart?.(this.bytes.subarray(start, ready), start);
    }
  }

  /**
   * Checks the complete range; if it is the whole blob, against its hash.
   * @returns the digest of the range
   * @throws NETWORK_BLOB_CORRUPT
   */
  verify(): Uint8Array {
    const digest = this.#whole.digest();
    const {offset, length, hash} = this.#request;
    const isWhole = offset === 0 && length === this.#total;
    if (isWhole && !equals(digest, fromString(hash, "base16"))) throw corrupt();
    return digest;
  }
}

/** The answer of one stream: header, bytes into a {@link FetchBuffer}, digest. */
export class ResponseReader {
  readonly #request: FetchRequest;
  readonly #buffer: FetchBuffer;
  readonly #header = createHeaderReader();
  readonly #trailer = new Uint8Array(BLOB_TRAILER_BYTES);
  /** Hash of this stream's bytes, unless they are the whole range and the buffer's own hash serves. */
  readonly #hash: RunningHash | undefined;
  readonly #start: number;
  #isStarted = false;
  #trailerFilled = 0;

  constructor(request: FetchRequest, buffer: FetchBuffer) {
    this.#request = request;
    this.#buffer = buffer;
    this.#start = buffer.filled;
    this.#hash = buffer.filled === 0 ? undefined : runningSha256();
  }

  /**
   * Takes the next bytes of the stream.
   * @returns whether the range is now complete and verified
   * @throws NETWORK_BLOB_MISSING, NETWORK_BLOB_DENIED, NETWORK_BLOB_RANGE, NETWORK_BLOB_CORRUPT,
   *   NETWORK_FRAME_MALFORMED, NETWORK_FRAME_TOO_LARGE
   */
  push(bytes: Uint8Array): boolean {
    let rest = bytes;
    if (!this.#isStarted) {
      const read = this.#header.push(rest);
      if (read === undefined) return false;
      this.#begin(read.header);
      rest = rest.subarray(read.taken);
    }
    const content = rest.subarray(0, this.#request.length - this.#buffer.filled);
    if (content.byteLength > 0) {
      this.#hash?.update(content);
      this.#buffer.append(content);
      rest = rest.subarray(content.byteLength);
    }
    return this.#buffer.filled === this.#request.length && this.#takeTrailer(rest);
  }

  #begin(header: Uint8Array): void {
    const response = decodeBlobResponse(header);
    const {hash, offset, length} = this.#request;
    const wanted = {hash, offset: offset + this.#start, length: length - this.#start};
    if (response.status !== "ok") throw refusalError(response.status, wanted);
    if (response.length !== wanted.length || response.total < offset + length) {
      throw new CodedError(
        "NETWORK_FRAME_MALFORMED",
        "a peer answered with another range than it was asked for",
      );
    }
    this.#isStarted = true;
    this.#buffer.allocate(response.total);
  }

  #takeTrailer(bytes: Uint8Array): boolean {
    if (this.#trailerFilled + bytes.byteLength > BLOB_TRAILER_BYTES) {
      throw new CodedError("NETWORK_FRAME_MALFORMED", "a peer sent more bytes than it announced");
    }
    this.#trailer.set(bytes, this.#trailerFilled);
    this.#trailerFilled += bytes.byteLength;
    if (this.#trailerFilled < BLOB_TRAILER_BYTES) return false;
    const whole = this.#buffer.verify();
    if (!equals(this.#hash?.digest() ?? whole, this.#trailer)) throw corrupt();
    return true;
  }
}

function corrupt(): CodedError {
  return new CodedError("NETWORK_BLOB_CORRUPT", "a blob arrived with other bytes than its hash says", {
    hint: "The peer's store is damaged, or the peer does not follow the protocol.",
  });
}
