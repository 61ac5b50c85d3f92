import {createRandom} from "../../src/core/index.ts";
import type {Examples} from "../../src/model/index.ts";
import {valueAt} from "./value-at.ts";

/** A standard normal batch whose labels follow the first two columns, fixed by `seed`. */
export function sampleBatch(n: number, d: number, seed: number): Examples {
  const random = createRandom({seed, site: "test", round: 0, purpose: "sample batch"});
  const values = Float32Array.from({length: n * d}, () => random.normal());
  const labels = Uint8Array.from({length: n}, (_, row) =>
    random.normal() + valueAt(values, row * d) - (values[row * d + 1] ?? 0) > 0 ? 1 : 0,
  );
  return {n, d, values, labels};
}
