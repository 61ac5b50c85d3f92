import {sha256} from "./hash.ts";
import {philox4x32} from "./philox.ts";

/** A stream of pseudo-random draws, fixed by its key alone. */
export interface Random {
  /** The next word, uniform on 0 .. 2^32 - 1. */
  uint32(): number;
  /** The next number, uniform on [0, 1) with 53 bits. */
  uniform(): number;
  /** The next standard normal number (Box-Muller). */
  normal(): number;
  /** The next integer, uniform on 0 .. `bound` - 1, without modulo bias; `bound` is in 1 .. 2^32. */
  below(bound: number): number;
}

/** Identifies a stream of random draws. Equal keys give equal streams everywhere. */
export interface RandomKey {
  /** The plan's or experiment's seed. */
  readonly seed: number;
  /** The site's name, or "" for draws that all sites share. */
  readonly site: string;
  /** The round, or 0 if there is none. */
  readonly round: number;
  /** The purpose of the draws, such as "shuffle" or "initialisation". */
  readonly purpose: string;
}

/**
 * Creates the stream of `key`. It is Philox4x32-10: the 64-bit key and the upper half of the counter are the
 * SHA-256 of the key, and the lower half counts blocks of four words.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {createRandom} from "consilium/core";
 *
 * const key = {seed: 42, site: "north", round: 3, purpose: "shuffle"};
 * assert.equal(createRandom(key).uint32(), createRandom(key).uint32());
 * assert.notEqual(createRandom(key).uint32(), createRandom({...key, round: 4}).uint32());
 * ```
 */
export function createRandom(key: RandomKey): Random {
  const text = JSON.stringify(["consilium/random/1", key.seed, key.site, key.round, key.purpose]);
  const view = new DataView(sha256(new TextEncoder().encode(text)).buffer);
  const word = (index: number): number => view.getUint32(4 * index, true);
  const [key0, key1, counter2, counter3] = [word(0), word(1), word(2), word(3)];
  let block = 0;
  let buffered: readonly number[] = [];
  let position = 0;

  const uint32 = (): number => {
    if (position === buffered.length) {
      const low = block >>> 0;
      buffered = philox4x32([low, Math.floor(block / 0x1_0000_0000), counter2, counter3], [key0, key1]);
      block += 1;
      position = 0;
    }
    return buffered[position++] as number;
  };
  const uniform = (): number => ((uint32() >>> 5) * 0x400_0000 + (uint32() >>> 6)) / 0x20_0000_0000_0000;
  return {
    uint32,
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    below(bound) {
      // Quotients of 32-bit integers are exact enough to be rounded down; a remainder would cost half of the draw.
      const limit = Math.floor(0x1_0000_0000 / bound) * bound;
      let draw = uint32();
      while (draw >= limit) draw = uint32();
      return draw - Math.floor(draw / bound) * bound;
    },
  };
}

/** Draws a random order of 0 .. `count` - 1 (Fisher-Yates). */
export function permutation(random: Random, count: number): Uint32Array {
  const order = Uint32Array.from({length: count}, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const kept = order[last] as number;
    order[last] = order[other] as number;
    order[other] = kept;
  }
  return order;
}
