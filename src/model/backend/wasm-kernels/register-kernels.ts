import type {BackendWasm} from "@tensorflow/tfjs-backend-wasm";
import type * as Tfjs from "@tensorflow/tfjs-core";
import {batchMatMul} from "./batch-mat-mul.ts";
import {conv2dBackpropFilter} from "./conv2d-filter-gradient.ts";
import {conv2dBackpropInput} from "./conv2d-input-gradient.ts";
import {conv3d, conv3dBackpropFilter, conv3dBackpropInput} from "./conv3d.ts";
import {depthwiseBackpropFilter} from "./depthwise-filter-gradient.ts";
import {depthwiseBackpropInput} from "./depthwise-input-gradient.ts";
import {type ComposedKernel, inScope} from "./kernel-scope.ts";
import {maxPool3d, maxPool3dGrad, maxPoolGrad} from "./max-pool.ts";
import {unsortedSegmentSum} from "./unsorted-segment-sum.ts";

const BACKEND = "wasm";

// The registry of tfjs keeps kernels without the types of their inputs and attributes, so those types are
// lost here.
const KERNELS = {
  BatchMatMul: batchMatMul,
  Conv2DBackpropFilter: conv2dBackpropFilter,
  Conv2DBackpropInput: conv2dBackpropInput,
  Conv3D: conv3d,
  Conv3DBackpropFilterV2: conv3dBackpropFilter,
  Conv3DBackpropInputV2: conv3dBackpropInput,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  MaxPool3D: maxPool3d,
  MaxPool3DGrad: maxPool3dGrad,
  MaxPoolGrad: maxPoolGrad,
  UnsortedSegmentSum: unsortedSegmentSum,
} as unknown as Readonly<Record<string, ComposedKernel<string, unknown>>>;

/** Kernels that {@link registerWasmKernels} has put into the registry of this thread. */
const registered = new WeakSet<Tfjs.KernelFunc>();

/**
 * Replaces the slow or wrong kernels of tfjs' wasm backend with ours, and adds the ones that it lacks. The
 * registry belongs to the thread and outlives the backend. A second call, or one after the backend was closed
 * and opened, changes nothing. A replaced kernel keeps its set-up, through which tfjs binds it to each new
 * backend.
 */
export function registerWasmKernels(tf: typeof Tfjs): void {
  const configs = new Map(tf.getKernelsForBackend(BACKEND).map((config) => [config.kernelName, config]));
  const stock = new Map([...configs].map(([name, {kernelFunc}]) => [name, kernelFunc]));
  for (const [kernelName, compose] of Object.entries(KERNELS)) {
    const replaced = configs.get(kernelName);
    if (replaced !== undefined && registered.has(replaced.kernelFunc)) continue;
    const kernelFunc: Tfjs.KernelFunc = ({inputs, backend, attrs}) =>
      inScope({tf, backend: backend as BackendWasm, stock}, (scope) =>
        compose(scope, inputs as Record<string, Tfjs.TensorInfo>, attrs),
      );
    registered.add(kernelFunc);
    if (replaced !== undefined) tf.unregisterKernel(kernelName, BACKEND);
    tf.registerKernel({...replaced, kernelName, backendName: BACKEND, kernelFunc});
  }
}
