import {createRandom} from "../../src/core/index.ts";
import type {Examples} from "../../src/model/index.ts";
import {sampleBatch} from "./sample-batch.ts";
import {valueAt} from "./value-at.ts";

/** A bag's tiles, each a list of features. */
export type Tiles = readonly (readonly number[])[];

/** Lays bags out as examples of `tiles` places each; what is left is padding, filled with `padding`. */
export function layBags(bags: readonly Tiles[], labels: Uint8Array, tiles: number, padding = 0): Examples {
  const width = bags[0]?.[0]?.length ?? 0;
  const values = bags.flatMap((bag) =>
    Array.from({length: tiles}, (_, tile) => {
      const features = bag[tile];
      return features === undefined ? [...Array.from({length: width}, () => padding), 0] : [...features, 1];
    }).flat(),
  );
  return {n: bags.length, d: tiles * (width + 1), values: Float32Array.from(values), labels};
}

/** `n` standard normal bags of 1 .. `most` tiles of `width` features, fixed by `seed`. */
export function sampleBags({n, most, width, seed}: {n: number; most: number; width: number; seed: number}): {
  readonly bags: Tiles[];
  readonly labels: Uint8Array;
} {
  const random = createRandom({seed, site: "test", round: 0, purpose: "sample bags"});
  const {values, labels} = sampleBatch(n, most * width, seed);
  const bags = Array.from({length: n}, (_, bag) =>
    Array.from({length: 1 + random.below(most)}, (__, tile) =>
      Array.from({length: width}, (___, column) => valueAt(values, (bag * most + tile) * width + column)),
    ),
  );
  return {bags, labels};
}
