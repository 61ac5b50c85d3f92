import type * as Tfjs from "@tensorflow/tfjs-core";
import {convolve, type OutputAxes, type Window, type WindowAxis, windowOf} from "./convolution-window.ts";
import {type ComposedKernel, type KernelScope, reshaped} from "./kernel-scope.ts";
import {shape4} from "./shapes.ts";

/**
 * Spreads `dy` to `[batch, height * stride, width * stride, channels]`: every value is followed by `stride -
 * 1` zeros along both axes. One padding of `[batch * height, 1, width, channels]` does it.
 */
export function spread(scope: KernelScope, dy: Tfjs.TensorInfo, {rows, columns}: Window): Tfjs.TensorInfo {
  const [strideRows, strideColumns] = [rows.stride, columns.stride];
  if (strideRows === 1 && strideColumns === 1) return dy;
  const [batch, height, width, channels] = shape4(dy);
  const x = reshaped(dy, [batch * height, 1, width, channels]);
  const paddings = [
    [0, 0],
    [0, strideRows - 1],
    [0, 0],
    [0, (strideColumns - 1) * channels],
  ];
  const padded = scope.run("PadV2", {x}, {paddings, constantValue: 0});
  return reshaped(padded, [batch, height * strideRows, width * strideColumns, channels]);
}

/**
 * Returns the axes of the convolution that takes a {@link spread} gradient back to the images of the forward
 * one.
 */
export function backwardAxes({rows, columns}: Window): OutputAxes {
  const axis = ({inSize, filterSize, dilation, pad}: WindowAxis) => ({
    before: (filterSize - 1) * dilation - pad,
    size: inSize,
    stride: 1,
    dilation,
  });
  return {rows: axis(rows), columns: axis(columns)};
}

/**
 * Gradient by the images `[batch, height, width, channels]` of a convolution of them, from the gradient `dy`
 * by its results and the filter `[rows, columns, channels, results]`.
 *
 * With y_o = sum_t x_(o s + t d - p) w_t it is dx_i = sum_t dy_((i - t d + p) / s) w_t^T over the t for which
 * the division leaves no remainder. This is a convolution of the {@link spread} dy with the filter turned by
 * 180 degrees and transposed.
 */
export function conv2dInputGradient(
  scope: KernelScope,
  dy: Tfjs.TensorInfo,
  filter: Tfjs.TensorInfo,
  window: Window,
): Tfjs.TensorInfo {
  const [height, width, channels, results] = shape4(filter);
  const taps = reshaped(filter, [height * width, channels, results]);
  const turned = scope.run("Reverse", {x: taps}, {dims: [0]});
  const transposed = scope.run("Transpose", {x: turned}, {perm: [0, 2, 1]});
  const inputs = {
    x: spread(scope, dy, window),
    filter: reshaped(transposed, [height, width, results, channels]),
  };
  return convolve(scope, "Conv2D", inputs, backwardAxes(window));
}

/**
 * {@link conv2dInputGradient} as tfjs' Conv2DBackpropInput, which is a plain loop in the stock backend.
 * Channels come last.
 */
export const conv2dBackpropInput: ComposedKernel<"dy" | "filter", Tfjs.Conv2DBackpropInputAttrs> = (
  scope,
  {dy, filter},
  {inputShape, strides, pad, dimRoundingMode},
) => {
  const {computeConv2DInfo} = scope.tf.backend_util;
  const info = computeConv2DInfo(inputShape, shape4(filter), strides, 1, pad, dimRoundingMode);
  return conv2dInputGradient(scope, dy, filter, windowOf(info));
};
