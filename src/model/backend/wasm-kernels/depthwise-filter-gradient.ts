import type * as Tfjs from "@tensorflow/tfjs-core";
import {type Window, type WindowAxis, windowOf} from "./convolution-window.ts";
import type {ComposedKernel} from "./kernel-scope.ts";
import {shape4} from "./shapes.ts";

/** Input of {@link addRow}: images and the gradient by their results, both with the channels last. */
interface Images {
  readonly x: Float32Array;
  readonly dy: Float32Array;
  readonly batch: number;
  readonly channels: number;
  readonly multiplier: number;
  readonly window: Window;
}

/** The results for which a tap of the filter meets values and not padding. */
interface Overlap {
  /** First result. */
  readonly begin: number;
  /** One past the last result. */
  readonly end: number;
  /** Index of the value that result 0 meets; negative if it is padding. */
  readonly shift: number;
}

function overlapOf({inSize, outSize, stride, dilation, pad}: WindowAxis, tap: number): Overlap {
  const shift = tap * dilation - pad;
  const begin = Math.max(0, Math.ceil(-shift / stride));
  return {begin, end: Math.min(outSize, Math.ceil((inSize - shift) / stride)), shift};
}

/** Adds x_c dy_(c m + k) of one row of results to `into`. The rows begin at `xStart` and `dyStart`. */
function addRow(
  into: Float64Array,
  {x, dy, channels, multiplier, window}: Images,
  {begin, end, shift}: Overlap,
  {xStart, dyStart}: {readonly xStart: number; readonly dyStart: number},
): void {
  for (let column = begin; column < end; column++) {
    const xOffset = xStart + (column * window.columns.stride + shift) * channels;
    const dyOffset = dyStart + column * into.length;
    for (let result = 0; result < into.length; result++) {
      const channel = multiplier === 1 ? result : Math.floor(result / multiplier);
      into[result] =
        (into[result] as number) + (x[xOffset + channel] as number) * (dy[dyOffset + result] as number);
    }
  }
}

/** The gradient `[channels * multiplier]` by one tap of the filter. */
function tapGradient(images: Images, rowTap: number, columnTap: number): Float64Array {
  const {batch, channels, multiplier, window} = images;
  const {rows, columns} = window;
  const sum = new Float64Array(channels * multiplier);
  const vertical = overlapOf(rows, rowTap);
  const horizontal = overlapOf(columns, columnTap);
  for (let image = 0; image < batch; image++) {
    for (let row = vertical.begin; row < vertical.end; row++) {
      const inRow = image * rows.inSize + row * rows.stride + vertical.shift;
      addRow(sum, images, horizontal, {
        xStart: inRow * columns.inSize * channels,
        dyStart: (image * rows.outSize + row) * columns.outSize * sum.length,
      });
    }
  }
  return sum;
}

/**
 * Gradient by the filter `[rows, columns, c, m]` of a depthwise convolution: dw_(t,c,k) is the sum over all
 * images and results o of x_(o s + t d - p, c) dy_(o, c m + k). Every channel has its own sum, for which
 * XNNPACK has no kernel. This is a plain loop over the heap, summed in 64 bits. It serves as tfjs'
 * DepthwiseConv2dNativeBackpropFilter, which the stock backend lacks.
 */
export const depthwiseBackpropFilter: ComposedKernel<
  "x" | "dy",
  Tfjs.DepthwiseConv2dNativeBackpropFilterAttrs
> = (scope, {x, dy}, {filterShape, strides, dilations, pad, dimRoundingMode}) => {
  const [height, width, channels, multiplier] = filterShape;
  const inShape = shape4(x);
  const {computeConv2DInfo} = scope.tf.backend_util;
  const info = computeConv2DInfo(inShape, filterShape, strides, dilations, pad, dimRoundingMode, true);
  const gradient = scope.allocate(filterShape);
  const into = scope.floatsOf(gradient);
  const images = {
    x: scope.floatsOf(x),
    dy: scope.floatsOf(dy),
    batch: inShape[0],
    channels,
    multiplier,
    window: windowOf(info),
  };
  for (let tap = 0; tap < height * width; tap++) {
    const sum = tapGradient(images, Math.floor(tap / width), tap % width);
    into.set(sum, tap * channels * multiplier);
  }
  return gradient;
};
