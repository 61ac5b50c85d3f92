import {createRandom} from "../../src/core/index.ts";
import {type Layout, layoutSize} from "../../src/parameters/index.ts";

/** A model of three tensors, of which tests keep some at their sites. */
export const LAYOUT: Layout = {
  tensors: [
    {name: "first", shape: [2, 3]},
    {name: "norm", shape: [4]},
    {name: "second", shape: [5]},
  ],
};
/** Number of its values. */
export const SIZE = layoutSize(LAYOUT);

/** Values drawn from a seed, normally distributed. */
export function drawn(seed: number, length: number): Float32Array {
  const random = createRandom({seed, site: "", round: 0, purpose: "model"});
  return Float32Array.from({length}, () => random.normal());
}
