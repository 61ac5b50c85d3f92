import type * as Tfjs from "@tensorflow/tfjs-core";
import type {ComposedKernel, KernelScope} from "./kernel-scope.ts";
import {type Shape5, shape4, shape5} from "./shapes.ts";

/** One axis of a pooling. */
interface PoolAxis {
  readonly inSize: number;
  readonly outSize: number;
  readonly stride: number;
  /** Of the window, with the gaps of a dilation. */
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

/** For each result of an axis the values of its window that are no padding. */
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

/** Where the values of every window begin, in the order of the results. */
function forEachWindow(
  {batch, channels, axes}: Pooling,
  visit: (cells: readonly number[], result: number) => void,
): void {
  const [depth, rows, columns] = axes;
  const [slicesOf, rowsOf, columnsOf] = [windowsOf(depth), windowsOf(rows), windowsOf(columns)];
  const perImage = depth.outSize * rows.outSize * columns.outSize;
  for (let result = 0; result < batch * perImage; result++) {
    const image = Math.floor(result / perImage);
    const across = columnsOf[result % columns.outSize] ?? [];
    const down = rowsOf[Math.floor(result / columns.outSize) % rows.outSize] ?? [];
    const through = slicesOf[Math.floor(result / (columns.outSize * rows.outSize)) % depth.outSize] ?? [];
    const lines = through.flatMap((slice) =>
      down.map((row) => (image * depth.inSize + slice) * rows.inSize + row),
    );
    const cells = lines.flatMap((line) =>
      across.map((column) => (line * columns.inSize + column) * channels),
    );
    visit(cells, result);
  }
}

/** Where the first of the largest of the values at `cells` is, of one channel. */
function largestOf(x: Float32Array, cells: readonly number[], channel: number): number {
  let largest = (cells[0] ?? 0) + channel;
  for (const cell of cells) {
    if ((x[cell + channel] ?? 0) > (x[largest] ?? 0)) largest = cell + channel;
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
      into[target] = (into[target] ?? 0) + (outputs[result * channels + channel] ?? 0);
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
 * Gradient by images of the largest value of each window: it goes to the first of the largest, as on the cpu and in
 * TensorFlow. The stock's looks for values above the smallest positive float (MaxPoolGrad.cc begins with
 * `numeric_limits<float>::min()`), so that windows without a positive value lose their gradient.
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

/** The largest value of each window of volumes. The stock's has the fault of its {@link maxPoolGrad}. */
export const maxPool3d: ComposedKernel<"x", Tfjs.MaxPool3DAttrs> = (scope, {x}, attributes) => {
  const {pooling, outShape} = volumePoolingOf(scope, x, attributes);
  const out = scope.allocate(outShape);
  const [into, values] = [scope.floatsOf(out), scope.floatsOf(x)];
  const {channels} = pooling;
  forEachWindow(pooling, (cells, result) => {
    for (let channel = 0; channel < channels; channel++) {
      into[result * channels + channel] = values[largestOf(values, cells, channel)] ?? 0;
    }
  });
  return out;
};

/** {@link maxPoolGrad} of volumes; the stock's has the same fault. */
export const maxPool3dGrad: ComposedKernel<"dy" | "input", Tfjs.MaxPool3DGradAttrs> = (
  scope,
  inputs,
  attributes,
) => gradientOf(scope, inputs, volumePoolingOf(scope, inputs.input, attributes).pooling);
