import type {Examples, ModelSpec} from "../../src/model/index.ts";
import {centralDifferences} from "./central-differences.ts";
import {valueAt} from "./value-at.ts";

function widthsOf(spec: ModelSpec, inputWidth: number): number[] {
  return [inputWidth, ...(spec.architecture === "mlp" ? spec.hidden : []), 1];
}

/** Logit of one example by plain loops in double precision: the yardstick of the backends. */
export function referenceLogit(spec: ModelSpec, parameters: ArrayLike<number>, example: number[]): number {
  let value = example;
  let offset = 0;
  const widths = widthsOf(spec, example.length);
  for (let layer = 1; layer < widths.length; layer++) {
    const fanIn = valueAt(widths, layer - 1);
    const fanOut = valueAt(widths, layer);
    const input = value;
    const biases = offset + fanIn * fanOut;
    value = Array.from({length: fanOut}, (_, column) => {
      let sum = valueAt(parameters, biases + column);
      for (let row = 0; row < fanIn; row++)
        sum += valueAt(input, row) * valueAt(parameters, offset + row * fanOut + column);
      if (layer === widths.length - 1) return sum;
      return spec.architecture === "mlp" && spec.activation === "tanh" ? Math.tanh(sum) : Math.max(0, sum);
    });
    offset = biases + fanOut;
  }
  return valueAt(value, 0);
}

/** Values of example `row`. */
export function exampleOf({values, d}: Pick<Examples, "values" | "d">, row: number): number[] {
  return Array.from(values.subarray(row * d, (row + 1) * d));
}

/** Mean binary cross-entropy in double precision: -y log p - (1 - y) log(1 - p). */
export function referenceLoss(spec: ModelSpec, parameters: ArrayLike<number>, batch: Examples): number {
  let sum = 0;
  for (let row = 0; row < batch.n; row++) {
    const probability = 1 / (1 + Math.exp(-referenceLogit(spec, parameters, exampleOf(batch, row))));
    sum -= Math.log(batch.labels[row] === 1 ? probability : 1 - probability);
  }
  return sum / batch.n;
}

/** Gradient of {@link referenceLoss} by central differences. */
export function referenceGradient(spec: ModelSpec, parameters: Float32Array, batch: Examples): Float64Array {
  return centralDifferences(parameters, (moved) => referenceLoss(spec, moved, batch));
}

/** Norm of the difference over the norm of `expected`. */
export function relativeDistance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let index = 0; index < expected.length; index++) {
    difference += (valueAt(actual, index) - valueAt(expected, index)) ** 2;
    size += valueAt(expected, index) ** 2;
  }
  return Math.sqrt(difference / size);
}
