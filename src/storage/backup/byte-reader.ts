import {concat} from "uint8arrays";

/** Reads a stream of bytes in portions of any size. */
export interface ByteReader {
  /** Returns the next `count` bytes, or as many as there are. */
  take(count: number): Promise<Uint8Array>;
  /** Tells whether nothing is left. */
  isAtEnd(): Promise<boolean>;
}

/** Creates a {@link ByteReader} of `source`, which holds no more than a portion and a part of it. */
export function byteReader(source: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = source[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array(0);
  let isDry = false;
  const fill = async (count: number): Promise<void> => {
    const parts = [held];
    let bytes = held.length;
    while (!isDry && bytes < count) {
      const next = await iterator.next();
      if (next.done === true) isDry = true;
      else {
        parts.push(next.value);
        bytes += next.value.length;
      }
    }
    held = parts.length === 1 ? held : concat(parts);
  };
  return {
    async take(count) {
      await fill(count);
      const taken = held.subarray(0, count);
      held = held.subarray(count);
      return taken;
    },
    async isAtEnd() {
      await fill(1);
      return held.length === 0;
    },
  };
}
