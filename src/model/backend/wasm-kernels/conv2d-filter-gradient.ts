import type * as Tfjs from "@tensorflow/tfjs-core";
import {convolve, type Window, type WindowAxis, windowOf} from "./convolution-window.ts";
import type {ComposedKernel, KernelScope} from "./kernel-scope.ts";
import {shape4} from "./shapes.ts";

/** Returns the gradient `[batch, height, width, results]` as the filter of {@link conv2dFilterGradient}. */
export function asFilter(scope: KernelScope, dy: Tfjs.TensorInfo): Tfjs.TensorInfo {
  return scope.run("Transpose", {x: dy}, {perm: [1, 2, 0, 3]});
}

/**
 * Gradient by the filter `[rows, columns, channels, results]` of a convolution of the images `x`, from the
 * gradient by its results.
 *
 * With y_o = sum_t x_(o s + t d - p) w_t it is dw_t = sum_o x_(o s + t d - p) dy_o, summed over the batch as
 * well. This is one convolution of x with dy in which batch and channels, and stride and dilation, have
 * changed places.
 * @param dyAsFilter from {@link asFilter}; XNNPACK packs it once for any number of `x`
 */
export function conv2dFilterGradient(
  scope: KernelScope,
  x: Tfjs.TensorInfo,
  dyAsFilter: Tfjs.TensorInfo,
  {rows, columns}: Window,
): Tfjs.TensorInfo {
  const axis = ({filterSize, stride, dilation, pad}: WindowAxis) => ({
    before: pad,
    size: filterSize,
    stride: dilation,
    dilation: stride,
  });
  const images = scope.run("Transpose", {x}, {perm: [3, 1, 2, 0]});
  const inputs = {x: images, filter: dyAsFilter};
  const gradient = convolve(scope, "Conv2D", inputs, {rows: axis(rows), columns: axis(columns)});
  return scope.run("Transpose", {x: gradient}, {perm: [1, 2, 0, 3]});
}

/**
 * {@link conv2dFilterGradient} as tfjs' Conv2DBackpropFilter, which the stock backend lacks. Channels come
 * last.
 */
export const conv2dBackpropFilter: ComposedKernel<"x" | "dy", Tfjs.Conv2DBackpropFilterAttrs> = (
  scope,
  {x, dy},
  {filterShape, strides, pad, dimRoundingMode},
) => {
  const {computeConv2DInfo} = scope.tf.backend_util;
  const info = computeConv2DInfo(shape4(x), filterShape, strides, 1, pad, dimRoundingMode);
  return conv2dFilterGradient(scope, x, asFilter(scope, dy), windowOf(info));
};
