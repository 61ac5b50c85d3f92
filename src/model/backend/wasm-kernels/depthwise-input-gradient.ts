import type * as Tfjs from "@tensorflow/tfjs-core";
import {backwardAxes, spread} from "./conv2d-input-gradient.ts";
import {convolve, windowOf} from "./convolution-window.ts";
import {type ComposedKernel, reshaped} from "./kernel-scope.ts";
import {shape4} from "./shapes.ts";

/**
 * Gradient by the images of a depthwise convolution, in which channel c gives the results c m to c m + m - 1.
 * It works as for a full convolution (conv2dInputGradient), but each result goes back to its own channel: a
 * depthwise convolution of all results is summed over the m of each channel. It serves as tfjs'
 * DepthwiseConv2dNativeBackpropInput, which the stock backend lacks.
 */
export const depthwiseBackpropInput: ComposedKernel<
  "dy" | "filter",
  Tfjs.DepthwiseConv2dNativeBackpropInputAttrs
> = (scope, {dy, filter}, {inputShape, strides, dilations, pad, dimRoundingMode}) => {
  const filterShape = shape4(filter);
  const [height, width, channels, multiplier] = filterShape;
  const {computeConv2DInfo} = scope.tf.backend_util;
  const info = computeConv2DInfo(inputShape, filterShape, strides, dilations, pad, dimRoundingMode, true);
  const window = windowOf(info);

  const taps = reshaped(filter, [height * width, channels * multiplier]);
  const turned = scope.run("Reverse", {x: taps}, {dims: [0]});
  const inputs = {
    x: spread(scope, dy, window),
    filter: reshaped(turned, [height, width, channels * multiplier, 1]),
  };
  const gradient = convolve(scope, "DepthwiseConv2dNative", inputs, backwardAxes(window));
  if (multiplier === 1) return gradient;
  const byChannel = reshaped(gradient, [...inputShape, multiplier]);
  return scope.run("Sum", {x: byChannel}, {axis: [4], keepDims: false});
};
