import {at, CodedError} from "../core/index.ts";
import type {ModelErrorCode} from "./errors.ts";
import type {Unlabelled} from "./types.ts";

/** Positions of the tiles of some bags, without padding. */
export interface BagTiles {
  /** `[tiles]`, the position of each among all tiles and paddings, bag after bag. */
  readonly positions: Uint32Array;
  /** `[bags + 1]`: bag `b` has the tiles `starts[b]` .. `starts[b + 1] - 1`. */
  readonly starts: Uint32Array;
}

/**
 * Finds the tiles of `bags` by their masks: 0 is padding, anything else a tile.
 * @param featureWidth features of a tile; its mask follows them
 * @throws MODEL_EMPTY_BAG
 */
export function bagTilesOf({n, d, values}: Unlabelled, featureWidth: number): BagTiles {
  const stride = featureWidth + 1;
  const bagSize = d / stride;
  const positions = new Uint32Array(n * bagSize);
  const starts = new Uint32Array(n + 1);
  let count = 0;
  for (let bag = 0; bag < n; bag++) {
    for (let position = bag * bagSize; position < (bag + 1) * bagSize; position++) {
      if (values[position * stride + featureWidth] !== 0) positions[count++] = position;
    }
    if (count === starts[bag]) {
      throw new CodedError<ModelErrorCode>("MODEL_EMPTY_BAG", `bag ${bag + 1} of ${n} holds no tile`, {
        hint: "Leave patients without a tile out.",
      });
    }
    starts[bag + 1] = count;
  }
  return {positions: positions.subarray(0, count), starts};
}

/**
 * Copies the features of the tiles at `positions`.
 * @returns `[positions.length, featureWidth]`, owned by the caller
 */
export function gatherTiles(
  values: Float32Array,
  featureWidth: number,
  positions: Uint32Array,
): Float32Array<ArrayBuffer> {
  const gathered = new Float32Array(positions.length * featureWidth);
  positions.forEach((position, row) => {
    const start = position * (featureWidth + 1);
    gathered.set(values.subarray(start, start + featureWidth), row * featureWidth);
  });
  return gathered;
}

/** Bags `first` .. `end` - 1, which are computed together. */
export interface BagRun {
  readonly first: number;
  readonly end: number;
}

/**
 * Cuts bags into runs of at most `maxTiles` tiles, which bounds the memory. A larger bag is a run by itself.
 * @param starts as in {@link BagTiles}
 */
export function bagRuns(starts: Uint32Array, maxTiles: number): BagRun[] {
  const runs: BagRun[] = [];
  let first = 0;
  const bags = starts.length - 1;
  for (let end = 1; end < bags; end++) {
    const tilesWithNext = at(starts, end + 1) - at(starts, first);
    if (tilesWithNext <= maxTiles) continue;
    runs.push({first, end});
    first = end;
  }
  if (bags > 0) runs.push({first, end: bags});
  return runs;
}
