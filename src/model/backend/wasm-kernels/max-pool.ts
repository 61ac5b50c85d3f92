import type * as Tfjs from "@tensorflow/tfjs-core";
import type {ComposedKernel, KernelScope} from "./kernel-scope.ts";
import {type Shape5, shape4, shape5} from "./shapes.ts";

/** One axis of a pooling. */
interface PoolAxis {
  readonly inSize: number;
  readonly outSize: number;
  readonly stride: number;
  /** Extent of the window, with the gaps of a dilation. */
  readonly reach: number;
  readonly dilation: number;
  readonly pad: number;
}

/** A pooling of volumes, or of images as volumes of one slice. */
interface Pooling {
  readonly batch: number;
  readonly channels: number;
  /** Depth, rows and columns. */
  readonly axes: readonly [PoolAxis, PoolAxis, PoolAxis];
}

/** Values of the window that are not padding, for each result of an axis. */
function windowsOf({
  inSize,
  outSize,
  stride,
  reach,
  dilation,
  pad,
}: PoolAxis): readonly (readonly number[])[] {
  return Array.from({length: outSize}, (_, result) => {
    const first = result * stride - pad;
    const taps = Array.from({length: Math.ceil(reach / dilation)}, (__, tap) => first + tap * dilation);
    return taps.filter((value) => value >= 0 && value < inSize);
  });
}

/** Start offsets of the values of one window, in a list that is reused for every window. */
interface Cells {
  readonly starts: Int32Array;
  count: number;
}

/** The slices, rows and columns of a window that are not padding. */
interface Extent {
  readonly slices: readonly number[];
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

function collect(
  cells: Cells,
  {channels, axes}: Pooling,
  image: number,
  {slices, rows, columns}: Extent,
): void {
  const [depth, height, width] = axes;
  cells.count = 0;
  for (const slice of slices) {
    for (const row of rows) {
      const line = ((image * depth.inSize + slice) * height.inSize + row) * width.inSize;
      for (const column of columns) cells.starts[cells.count++] = (line + column) * channels;
    }
  }
}

/** Visits every window in the order of the results. */
function forEachWindow(pooling: Pooling, visit: (cells: Cells, result: number) => void): void {
  const [depth, rows, columns] = pooling.axes;
  const [slicesOf, rowsOf, columnsOf] = [windowsOf(depth), windowsOf(rows), windowsOf(columns)];
  const perImage = depth.outSize * rows.outSize * columns.outSize;
  const cells = {starts: new Int32Array(depth.reach * rows.reach * columns.reach), count: 0};
  for (let result = 0; result < pooling.batch * perImage; result++) {
    const line = Math.floor(result / columns.outSize);
    collect(cells, pooling, Math.floor(result / perImage), {
      slices: slicesOf[Math.floor(line / rows.outSize) % depth.outSize] as readonly number[],
      rows: rowsOf[line % rows.outSize] as readonly number[],
      columns: columnsOf[result % columns.outSize] as readonly number[],
    });
    visit(cells, result);
  }
}

/** Finds the position of the first of the largest values of a window, for one channel. */
function largestOf(x: Float32Array, {starts, count}: Cells, channel: number): number {
  let largest = (starts[0] as number) + channel;
  let value = x[largest] as number;
  for (let index = 1; index < count; index++) {
    const cell = (starts[index] as number) + channel;
    const other = x[cell] as number;
    if (other > value) [largest, value] = [cell, other];
  }
  return largest;
}

function gradientOf(
  scope: KernelScope,
  {dy, input}: Readonly<Record<"dy" | "input", Tfjs.TensorInfo>>,
  pooling: Pooling,
): Tfjs.TensorInfo {
  const gradient = scope.allocate(input.shape);
  const into = scope.floatsOf(gradient).fill(0);
  const [x, outputs] = [scope.floatsOf(input), scope.floatsOf(dy)];
  const {channels} = pooling;
  forEachWindow(pooling, (cells, result) => {
    for (let channel = 0; channel < channels; channel++) {
      const target = largestOf(x, cells, channel);
      into[target] = (into[target] as number) + (outputs[result * channels + channel] as number);
    }
  });
  return gradient;
}

function planeOf(info: Tfjs.backend_util.Conv2DInfo | Tfjs.backend_util.Conv3DInfo): [PoolAxis, PoolAxis] {
  return [
    {
      inSize: info.inHeight,
      outSize: info.outHeight,
      stride: info.strideHeight,
      reach: info.effectiveFilterHeight,
      dilation: info.dilationHeight,
      pad: info.padInfo.top,
    },
    {
      inSize: info.inWidth,
      outSize: info.outWidth,
      stride: info.strideWidth,
      reach: info.effectiveFilterWidth,
      dilation: info.dilationWidth,
      pad: info.padInfo.left,
    },
  ];
}

const ONE_SLICE: PoolAxis = {inSize: 1, outSize: 1, stride: 1, reach: 1, dilation: 1, pad: 0};

/**
 * Gradient by images of the largest value of each window. It goes to the first of the largest, as on the cpu
 * and in TensorFlow. The stock kernel looks for values above the smallest positive float (MaxPoolGrad.cc
 * begins with `numeric_limits<float>::min()`), so windows without a positive value lose their gradient.
 */
export const maxPoolGrad: ComposedKernel<"dy" | "input", Tfjs.MaxPoolGradAttrs> = (
  scope,
  inputs,
  {filterSize, strides, pad, dimRoundingMode},
) => {
  const {computePool2DInfo} = scope.tf.backend_util;
  const info = computePool2DInfo(shape4(inputs.input), filterSize, strides, 1, pad, dimRoundingMode);
  const {batchSize: batch, inChannels: channels} = info;
  return gradientOf(scope, inputs, {batch, channels, axes: [ONE_SLICE, ...planeOf(info)]});
};

function volumePoolingOf(
  scope: KernelScope,
  x: Tfjs.TensorInfo,
  {filterSize, strides, pad, dimRoundingMode}: Tfjs.MaxPool3DGradAttrs,
): {readonly pooling: Pooling; readonly outShape: Shape5} {
  const {computePool3DInfo} = scope.tf.backend_util;
  const info = computePool3DInfo(shape5(x), filterSize, strides, 1, pad, dimRoundingMode);
  const depth = {
    inSize: info.inDepth,
    outSize: info.outDepth,
    stride: info.strideDepth,
    reach: info.effectiveFilterDepth,
    dilation: info.dilationDepth,
    pad: info.padInfo.front,
  };
  const {batchSize: batch, inChannels: channels, outShape} = info;
  return {pooling: {batch, channels, axes: [depth, ...planeOf(info)]}, outShape};
}

/**
 * The largest value of each window of volumes. The stock kernel has the same fault as its {@link
 * maxPoolGrad}.
 */
export const maxPool3d: ComposedKernel<"x", Tfjs.MaxPool3DAttrs> = (scope, {x}, attributes) => {
  const {pooling, outShape} = volumePoolingOf(scope, x, attributes);
  const out = scope.allocate(outShape);
  const [into, values] = [scope.floatsOf(out), scope.floatsOf(x)];
  const {channels} = pooling;
  forEachWindow(pooling, (cells, result) => {
    for (let channel = 0; channel < channels; channel++) {
      into[result * channels + channel] = values[largestOf(values, cells, channel)] as number;
    }
  });
  return out;
};

/** {@link maxPoolGrad} of volumes. The stock kernel has the same fault. */
export const maxPool3dGrad: ComposedKernel<"dy" | "input", Tfjs.MaxPool3DGradAttrs> = (
  scope,
  inputs,
  attributes,
) => gradientOf(scope, inputs, volumePoolingOf(scope, inputs.input, attributes).pooling);
