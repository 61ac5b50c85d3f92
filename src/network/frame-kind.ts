/** No frame of Consilium is nested deeper than this. */
const MAX_DEPTH = 16;

/** A kind is a short word; anything else counts as {@link OTHER_KIND}. */
const KIND = /^[a-z-]{1,24}$/;

/** The kind of a frame that does not name its kind in the way that Consilium's frames do. */
export const OTHER_KIND = "other";

/** CBOR's major types (RFC 8949, 3.1) that a frame can hold. */
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;

/** The head of a CBOR item: its major type, its argument, and where it ends. */
interface Head {
  readonly major: number;
  readonly argument: number;
  readonly end: number;
}

function headAt(view: DataView, at: number): Head | undefined {
  if (at >= view.byteLength) return undefined;
  const initial = view.getUint8(at);
  const major = initial >> 5;
  const short = initial & 31;
  if (short < 24) return {major, argument: short, end: at + 1};
  const width = short > 27 ? 0 : 2 ** (short - 24);
  const end = at + 1 + width;
  if (width === 0 || end > view.byteLength) return undefined;
  if (width === 1) return {major, argument: view.getUint8(at + 1), end};
  if (width === 2) return {major, argument: view.getUint16(at + 1), end};
  if (width === 4) return {major, argument: view.getUint32(at + 1), end};
  return {major, argument: Number(view.getBigUint64(at + 1)), end};
}

/** Position at which the item at `at` ends; `undefined` if the bytes end first, or nest too deep. */
function endOf(view: DataView, at: number, depth: number): number | undefined {
  const head = headAt(view, at);
  if (head === undefined || depth > MAX_DEPTH) return undefined;
  const {major, argument, end} = head;
  if (major === BYTES || major === TEXT) return end + argument;
  const items = major === MAP ? 2 * argument : major === ARRAY ? argument : major === TAG ? 1 : 0;
  let position: number | undefined = end;
  for (let index = 0; index < items && position !== undefined; index++) {
    position = endOf(view, position, depth + 1);
  }
  return position;
}

/** The text at `at`, if it is a complete text. */
function textAt(frame: Uint8Array, view: DataView, at: number): string | undefined {
  const head = headAt(view, at);
  if (head?.major !== TEXT || head.end + head.argument > frame.byteLength) return undefined;
  return new TextDecoder().decode(frame.subarray(head.end, head.end + head.argument));
}

/**
 * Returns the kind that a frame claims: the text under `type` in its outermost CBOR map, found in one pass
 * that allocates nothing for its content. It is only a name to count under; the reader of the frame checks
 * whether it is valid.
 */
export function frameKind(frame: Uint8Array): string {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const map = headAt(view, 0);
  if (map?.major !== MAP) return OTHER_KIND;
  let position: number | undefined = map.end;
  for (let pair = 0; pair < map.argument && position !== undefined; pair++) {
    const value = endOf(view, position, 0);
    if (value === undefined) return OTHER_KIND;
    if (textAt(frame, view, position) === "type") {
      const kind = textAt(frame, view, value);
      return kind !== undefined && KIND.test(kind) ? kind : OTHER_KIND;
    }
    position = endOf(view, value, 0);
  }
  return OTHER_KIND;
}
