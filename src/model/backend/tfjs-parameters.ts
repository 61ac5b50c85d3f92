import type * as Tfjs from "@tensorflow/tfjs-core";
import {at} from "../../core/index.ts";

/** One dense layer's tensors. */
export interface DenseLayer {
  /** `[fanIn, fanOut]`. */
  readonly weight: Tfjs.Tensor2D;
  /** `[fanOut]`. */
  readonly bias: Tfjs.Tensor1D;
}

/** Takes the tensors of a flat vector one by one, in the order of its layout. */
export interface ParameterReader {
  weight(fanIn: number, fanOut: number): Tfjs.Tensor2D;
  layer(fanIn: number, fanOut: number): DenseLayer;
}

/**
 * Creates a reader of `parameters`. It copies, because a backend may work on the very array that it is given.
 */
export function readParameters(tf: typeof Tfjs, parameters: Float32Array): ParameterReader {
  let offset = 0;
  const next = (size: number): Float32Array => parameters.slice(offset, (offset += size));
  const weight = (fanIn: number, fanOut: number): Tfjs.Tensor2D =>
    tf.tensor2d(next(fanIn * fanOut), [fanIn, fanOut]);
  return {
    weight,
    layer: (fanIn, fanOut) => ({weight: weight(fanIn, fanOut), bias: tf.tensor1d(next(fanOut))}),
  };
}

/** Reads the dense layers of `parameters`. The widths go from the input to the output. */
export function denseLayersOf(
  tf: typeof Tfjs,
  widths: readonly number[],
  parameters: Float32Array,
): DenseLayer[] {
  const reader = readParameters(tf, parameters);
  return widths.slice(1).map((fanOut, index) => reader.layer(at(widths, index), fanOut));
}
