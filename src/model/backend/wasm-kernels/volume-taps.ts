import type * as Tfjs from "@tensorflow/tfjs-core";
import type {KernelScope} from "./kernel-scope.ts";
import {shape4, shape5} from "./shapes.ts";

/** The depth axis of a convolution of volumes. */
export interface DepthAxis {
  readonly outSize: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number;
}

/** Reads the {@link DepthAxis} from tfjs' description of a convolution. */
export function depthOf(info: Tfjs.backend_util.Conv3DInfo): DepthAxis {
  return {
    outSize: info.outDepth,
    stride: info.strideDepth,
    dilation: info.dilationDepth,
    pad: info.padInfo.front,
  };
}

/**
 * Extracts the slices `[batch * outSize, height, width, channels]` of the volumes `x` that tap `tap` of a
 * filter meets along the depth, with zeros for padding. A convolution of volumes is the sum over its taps of
 * a convolution of these.
 */
export function slicesOfTap(
  scope: KernelScope,
  x: Tfjs.TensorInfo,
  {outSize, stride, dilation, pad}: DepthAxis,
  tap: number,
): Tfjs.TensorInfo {
  const [batch, depth, height, width, channels] = shape5(x);
  const size = height * width * channels;
  const slices = scope.allocate([batch * outSize, height, width, channels]);
  const into = scope.floatsOf(slices);
  const values = scope.floatsOf(x);
  for (let index = 0; index < batch * outSize; index++) {
    const from = (index % outSize) * stride + tap * dilation - pad;
    const start = (Math.floor(index / outSize) * depth + from) * size;
    if (from < 0 || from >= depth) into.fill(0, index * size, (index + 1) * size);
    else into.set(values.subarray(start, start + size), index * size);
  }
  return slices;
}

/** Reverses {@link slicesOfTap}: adds the slices of a tap to their volumes. */
export function addSlicesOfTap(
  scope: KernelScope,
  {volumes, slices}: Readonly<Record<"volumes" | "slices", Tfjs.TensorInfo>>,
  {outSize, stride, dilation, pad}: DepthAxis,
  tap: number,
): void {
  const [, depth = 1] = volumes.shape;
  const [count, height, width, channels] = shape4(slices);
  const size = height * width * channels;
  const into = scope.floatsOf(volumes);
  const values = scope.floatsOf(slices);
  for (let index = 0; index < count; index++) {
    const to = (index % outSize) * stride + tap * dilation - pad;
    if (to < 0 || to >= depth) continue;
    const target = (Math.floor(index / outSize) * depth + to) * size;
    for (let offset = 0; offset < size; offset++) {
      into[target + offset] = (into[target + offset] as number) + (values[index * size + offset] as number);
    }
  }
}

/** Returns tap `tap` of a filter `[depth, rows, columns, channels, results]` as a filter of images. */
export function filterOfTap(scope: KernelScope, filter: Tfjs.TensorInfo, tap: number): Tfjs.TensorInfo {
  const [, ...shape] = shape5(filter);
  const part = scope.allocate(shape);
  const into = scope.floatsOf(part);
  into.set(scope.floatsOf(filter).subarray(tap * into.length, (tap + 1) * into.length));
  return part;
}
