import {type Layout, shapeSize} from "../parameters/index.ts";

const LENGTH_BYTES = 8;
/** The header is filled up with blanks, so that the values begin where readers can map them. */
const ALIGNMENT = 8;

function headerOf(layout: Layout, metadata: Readonly<Record<string, string>>): Uint8Array {
  let offset = 0;
  const tensors = layout.tensors.map(({name, shape}) => {
    const begin = offset;
    offset += 4 * shapeSize(shape);
    return [name, {dtype: "F32", shape, data_offsets: [begin, offset]}] as const;
  });
  const text = JSON.stringify({__metadata__: metadata, ...Object.fromEntries(tensors)});
  const bytes = new TextEncoder().encode(text);
  const header = new Uint8Array(Math.ceil(bytes.length / ALIGNMENT) * ALIGNMENT).fill(0x20);
  header.set(bytes);
  return header;
}

/**
 * `values` as a safetensors file, their tensors in the order of `layout`: the header's length (u64,
 * little-endian), the header as JSON, then the values as little-endian binary32.
 * @see https://github.com/huggingface/safetensors, "Format"
 */
export function safetensorsBytes(
  layout: Layout,
  values: Float32Array,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header = headerOf(layout, metadata);
  const bytes = new Uint8Array(LENGTH_BYTES + header.length + 4 * values.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, LENGTH_BYTES);
  const from = LENGTH_BYTES + header.length;
  for (const [index, value] of values.entries()) view.setFloat32(from + 4 * index, value, true);
  return bytes;
}

/** The last `count` values of a safetensors file, a new vector; null if it has no room for them. */
export function lastValues(bytes: Uint8Array, count: number): Float32Array | null {
  const from = bytes.length - 4 * count;
  if (from < LENGTH_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + from);
  return Float32Array.from({length: count}, (_, index) => view.getFloat32(4 * index, true));
}
