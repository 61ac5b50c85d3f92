import {valueAt} from "./value-at.ts";

/** Gradient of `loss` at `parameters` by central differences in double precision. */
export function centralDifferences(
  parameters: ArrayLike<number>,
  loss: (moved: Float64Array) => number,
): Float64Array {
  const step = 1e-6;
  const moved = Float64Array.from(parameters);
  return moved.map((_, index) => {
    const kept = valueAt(parameters, index);
    moved[index] = kept + step;
    const above = loss(moved);
    moved[index] = kept - step;
    const below = loss(moved);
    moved[index] = kept;
    return (above - below) / (2 * step);
  });
}
