import type * as Tfjs from "@tensorflow/tfjs-core";
import {asFilter, conv2dFilterGradient} from "./conv2d-filter-gradient.ts";
import {conv2dInputGradient} from "./conv2d-input-gradient.ts";
import {convolve, type Window, windowOf} from "./convolution-window.ts";
import {type ComposedKernel, type KernelScope, reshaped} from "./kernel-scope.ts";
import {type Shape5, shape5} from "./shapes.ts";
import {addSlicesOfTap, type DepthAxis, depthOf, filterOfTap, slicesOfTap} from "./volume-taps.ts";

/** The convolution of volumes that a kernel or its gradient belongs to. */
interface VolumeWindow {
  readonly depth: DepthAxis;
  /** Window of each slice. */
  readonly window: Window;
  readonly outShape: Shape5;
}

function volumeWindowOf(
  scope: KernelScope,
  inShape: Shape5,
  filterShape: Shape5,
  {strides, dilations, pad}: Pick<Tfjs.Conv3DAttrs, "strides" | "dilations" | "pad">,
): VolumeWindow {
  const info = scope.tf.backend_util.computeConv3DInfo(inShape, filterShape, strides, dilations, pad);
  return {depth: depthOf(info), window: windowOf(info), outShape: info.outShape};
}

/** Views `dy` of volumes as the images of all their slices. */
function slicesOf(dy: Tfjs.TensorInfo): Tfjs.TensorInfo {
  const [batch, depth, height, width, channels] = shape5(dy);
  return reshaped(dy, [batch * depth, height, width, channels]);
}

/**
 * Convolution of volumes `[batch, depth, height, width, channels]` with a filter `[depth, rows, columns,
 * channels, results]`: the sum over the filter's taps along the depth of one XNNPACK convolution of slices.
 */
export const conv3d: ComposedKernel<"x" | "filter", Tfjs.Conv3DAttrs> = (scope, {x, filter}, attributes) => {
  const {depth, window, outShape} = volumeWindowOf(scope, shape5(x), shape5(filter), attributes);
  const axis = ({pad, outSize, stride, dilation}: Window["rows"]) => ({
    before: pad,
    size: outSize,
    stride,
    dilation,
  });
  const axes = {rows: axis(window.rows), columns: axis(window.columns)};
  const [taps] = shape5(filter);
  let sum: Tfjs.TensorInfo | null = null;
  for (let tap = 0; tap < taps; tap++) {
    const inputs = {x: slicesOfTap(scope, x, depth, tap), filter: filterOfTap(scope, filter, tap)};
    const part = convolve(scope, "Conv2D", inputs, axes);
    scope.free(inputs.x);
    const before: Tfjs.TensorInfo | null = sum;
    sum = before === null ? part : scope.run("Add", {a: before, b: part}, {});
    if (before !== null) for (const tensor of [before, part]) scope.free(tensor);
  }
  return reshaped(sum ?? scope.allocate(outShape), outShape);
};

/**
 * Gradient of {@link conv3d} by the volumes: the gradient of the slices, tap by tap, added to the volumes.
 */
export const conv3dBackpropInput: ComposedKernel<"dy" | "filter", Tfjs.Conv3DBackpropInputV2Attrs> = (
  scope,
  {dy, filter},
  {inputShape, strides, pad},
) => {
  const attributes = {strides, pad, dilations: 1};
  const {depth, window} = volumeWindowOf(scope, inputShape, shape5(filter), attributes);
  const [taps] = shape5(filter);
  const volumes = scope.allocate(inputShape);
  scope.floatsOf(volumes).fill(0);
  for (let tap = 0; tap < taps; tap++) {
    const slices = conv2dInputGradient(scope, slicesOf(dy), filterOfTap(scope, filter, tap), window);
    addSlicesOfTap(scope, {volumes, slices}, depth, tap);
    scope.free(slices);
  }
  return volumes;
};

/** Gradient of {@link conv3d} by the filter: the gradient of the slices, tap by tap, side by side. */
export const conv3dBackpropFilter: ComposedKernel<"x" | "dy", Tfjs.Conv3DBackpropFilterV2Attrs> = (
  scope,
  {x, dy},
  {filterShape, strides, pad},
) => {
  const attributes = {strides, pad, dilations: 1};
  const {depth, window} = volumeWindowOf(scope, shape5(x), filterShape, attributes);
  const dyAsFilter = asFilter(scope, slicesOf(dy));
  const gradient = scope.allocate(filterShape);
  for (let tap = 0; tap < filterShape[0]; tap++) {
    const slices = slicesOfTap(scope, x, depth, tap);
    const part = conv2dFilterGradient(scope, slices, dyAsFilter, window);
    const values = scope.floatsOf(part);
    scope.floatsOf(gradient).set(values, tap * values.length);
    for (const tensor of [slices, part]) scope.free(tensor);
  }
  return gradient;
};
