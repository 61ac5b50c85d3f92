import type * as Tfjs from "@tensorflow/tfjs-core";
import type {KernelScope} from "./kernel-scope.ts";
import {type Shape4, shape4} from "./shapes.ts";

/** One axis of a convolution: the movement of a filter of `filterSize` taps over `inSize` values. */
export interface WindowAxis {
  readonly inSize: number;
  readonly outSize: number;
  readonly filterSize: number;
  readonly stride: number;
  readonly dilation: number;
  /**
   * Number of zeros before the first value. tfjs has negative ones for volumes if a filter is smaller than
   * its stride.
   */
  readonly pad: number;
}

/** The two axes of an image along which a convolution moves. */
export interface Window {
  readonly rows: WindowAxis;
  readonly columns: WindowAxis;
}

/** One axis of the convolution that {@link convolve} makes. */
interface OutputAxis {
  /** Number of zeros before the first value; if negative, the number of values that are left out. */
  readonly before: number;
  /** Number of results. */
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
}

/** Both axes of the convolution that {@link convolve} makes. */
export interface OutputAxes {
  readonly rows: OutputAxis;
  readonly columns: OutputAxis;
}

/**
 * Kernel and its filter: Conv2D with `[rows, columns, channels, results]`, DepthwiseConv2dNative with `[rows,
 * columns, channels, 1]`.
 */
type ConvolutionKernel = "Conv2D" | "DepthwiseConv2dNative";

/**
 * Reads the {@link Window} of the forward convolution from tfjs' description of it, of images or of each
 * slice of a volume.
 */
export function windowOf(info: Tfjs.backend_util.Conv2DInfo | Tfjs.backend_util.Conv3DInfo): Window {
  return {
    rows: {
      inSize: info.inHeight,
      outSize: info.outHeight,
      filterSize: info.filterHeight,
      stride: info.strideHeight,
      dilation: info.dilationHeight,
      pad: info.padInfo.top,
    },
    columns: {
      inSize: info.inWidth,
      outSize: info.outWidth,
      filterSize: info.filterWidth,
      stride: info.strideWidth,
      dilation: info.dilationWidth,
      pad: info.padInfo.left,
    },
  };
}

/** Adapts one axis to give `size` results, or a few more if that would take negative padding. */
interface Fitting {
  /** Number of values left out at the front. */
  readonly skipped: number;
  readonly pads: readonly [number, number];
}

function fit(inSize: number, filterSize: number, {before, size, stride, dilation}: OutputAxis): Fitting {
  const reach = (filterSize - 1) * dilation + 1;
  const after = Math.max(0, (size - 1) * stride + reach - before - inSize);
  return {skipped: Math.max(0, -before), pads: [Math.max(0, before), after]};
}

/**
 * Runs an XNNPACK convolution of images `[batch, height, width, channels]` with exactly the requested
 * results. Padding is never negative, so values are cut off at the front and results at the end.
 */
export function convolve(
  scope: KernelScope,
  kernel: ConvolutionKernel,
  {x, filter}: Readonly<Record<"x" | "filter", Tfjs.TensorInfo>>,
  {rows, columns}: OutputAxes,
): Tfjs.TensorInfo {
  const [batch, inHeight, inWidth, inChannels] = shape4(x);
  const [filterHeight, filterWidth] = shape4(filter);
  const [vertical, horizontal] = [fit(inHeight, filterHeight, rows), fit(inWidth, filterWidth, columns)];
  const values = part(scope, x, {
    begin: [0, vertical.skipped, horizontal.skipped, 0],
    size: [batch, inHeight - vertical.skipped, inWidth - horizontal.skipped, inChannels],
  });
  const attributes = {
    strides: [rows.stride, columns.stride],
    dilations: [rows.dilation, columns.dilation],
    pad: [[0, 0], vertical.pads, horizontal.pads, [0, 0]],
    dataFormat: "NHWC",
  };
  const out = scope.run(kernel, {x: values, filter}, attributes);
  const [, , , channels] = shape4(out);
  return part(scope, out, {begin: [0, 0, 0, 0], size: [batch, rows.size, columns.size, channels]});
}

/** Returns a part of images, copied only if it is less than the whole. */
function part(
  scope: KernelScope,
  x: Tfjs.TensorInfo,
  {begin, size}: {readonly begin: Shape4; readonly size: Shape4},
): Tfjs.TensorInfo {
  const isWhole = size.every((length, axis) => length === x.shape[axis]);
  return isWhole ? x : scope.run("Slice", {x}, {begin, size});
}
