import {at, CodedError} from "../core/index.ts";
import type {NetworkErrorCode} from "./errors.ts";

/** Kinds of frames on a control stream, by their byte on the wire. */
export const FRAME_KINDS = {hello: 1, welcome: 2, refused: 3, data: 4, heartbeat: 5} as const;

/** Name of a frame kind. */
export type FrameKind = keyof typeof FRAME_KINDS;

/** Bytes before the payload: length (u32, big-endian) of kind and payload, and the kind (u8). */
export const FRAME_HEADER_BYTES = 5;

const KIND_NAMES = new Map<number, FrameKind>(
  Object.entries(FRAME_KINDS).map(([name, byte]) => [byte, name as FrameKind]),
);

/** One frame as it goes over the wire: u32 big-endian length of the rest, u8 kind, payload; a fresh copy. */
export function encodeLinkFrame(kind: FrameKind, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + payload.byteLength);
  new DataView(frame.buffer).setUint32(0, 1 + payload.byteLength);
  frame[4] = FRAME_KINDS[kind];
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/** Cuts a byte stream back into frames. */
export interface FrameReader {
  /**
   * Takes the next bytes and hands each complete frame to the sink, which owns the payload.
   * @throws NETWORK_FRAME_TOO_LARGE before anything is allocated for it, NETWORK_FRAME_MALFORMED
   */
  push(bytes: Uint8Array): void;
}

function malformed(code: NetworkErrorCode, what: string): CodedError {
  return new CodedError(code, `a peer sent ${what}`);
}

/**
 * Creates a {@link FrameReader}.
 * @param maxPayload largest payload in bytes that is acceptable at the moment a frame's header arrives
 */
export function createFrameReader(
  maxPayload: () => number,
  sink: (kind: FrameKind, payload: Uint8Array) => void,
): FrameReader {
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  let headerFilled = 0;
  let payload = new Uint8Array(0);
  let payloadFilled = 0;
  let kind: FrameKind = "data";

  const startPayload = (): void => {
    const length = new DataView(header.buffer).getUint32(0) - 1;
    const named = KIND_NAMES.get(at(header, 4));
    if (length < 0 || named === undefined)
      throw malformed("NETWORK_FRAME_MALFORMED", "a frame of no known kind");
    if (length > maxPayload()) throw malformed("NETWORK_FRAME_TOO_LARGE", `a frame of ${length} bytes`);
    kind = named;
    payload = new Uint8Array(length);
    payloadFilled = 0;
  };

  return {
    push(bytes) {
      let position = 0;
      while (position < bytes.byteLength) {
        if (headerFilled < FRAME_HEADER_BYTES) {
          header[headerFilled++] = bytes[position++] as number;
          if (headerFilled < FRAME_HEADER_BYTES) continue;
          startPayload();
        }
        const taken = bytes.subarray(position, position + payload.byteLength - payloadFilled);
        payload.set(taken, payloadFilled);
        payloadFilled += taken.byteLength;
        position += taken.byteLength;
        if (payloadFilled === payload.byteLength) {
          headerFilled = 0;
          sink(kind, payload);
        }
      }
    },
  };
}
