import {at} from "../core/index.ts";
import type {Examples} from "../model/index.ts";

/** Source of a training loop's batches. */
export interface ExampleSource {
  /** Number of examples. */
  readonly n: number;
  /**
   * Returns the examples of `rows`, row numbers in 0 .. n - 1, for one step. The caller may read the arrays
   * until the next call. A source of bags draws a bag's tiles by the step.
   */
  batch(rows: Uint32Array, step: number): Examples;
}

/** Creates an {@link ExampleSource} over a matrix in memory, without copying it. */
export function matrixSource({n, d, values, labels, times}: Examples): ExampleSource {
  return {
    n,
    batch(rows) {
      const batchValues = new Float32Array(rows.length * d);
      const batchLabels = new Uint8Array(rows.length);
      rows.forEach((row, index) => {
        batchValues.set(values.subarray(row * d, (row + 1) * d), index * d);
        batchLabels[index] = at(labels, row);
      });
      const batch = {n: rows.length, d, values: batchValues, labels: batchLabels};
      return times === undefined
        ? batch
        : {...batch, times: Float64Array.from(rows, (row) => at(times, row))};
    },
  };
}
