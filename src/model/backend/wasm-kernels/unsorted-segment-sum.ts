import type * as Tfjs from "@tensorflow/tfjs-core";
import type {ComposedKernel} from "./kernel-scope.ts";

/**
 * Sums `[segments, ...]` of the rows of `x` `[n, ...]` by the segment in `segmentIds` `[n]`. A row without a
 * valid segment is left out. The gradient of a gather needs it. The stock backend lacks it, and its ScatterNd
 * checks no bounds. This is a plain loop over the heap.
 */
export const unsortedSegmentSum: ComposedKernel<"x" | "segmentIds", Tfjs.UnsortedSegmentSumAttrs> = (
  scope,
  {x, segmentIds},
  {numSegments},
) => {
  const ids = scope.integersOf(segmentIds);
  const sums = scope.allocate([numSegments, ...x.shape.slice(segmentIds.shape.length)]);
  const into = scope.floatsOf(sums).fill(0);
  const values = scope.floatsOf(x);
  const width = ids.length === 0 ? 0 : values.length / ids.length;
  ids.forEach((id, row) => {
    if (id < 0 || id >= numSegments) return;
    for (let column = 0; column < width; column++) {
      into[id * width + column] =
        (into[id * width + column] as number) + (values[row * width + column] as number);
    }
  });
  return sums;
};
