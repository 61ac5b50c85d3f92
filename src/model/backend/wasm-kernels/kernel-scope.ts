import type {BackendWasm} from "@tensorflow/tfjs-backend-wasm";
import type * as Tfjs from "@tensorflow/tfjs-core";

/** The attributes of a kernel, by their names in tfjs. */
export type KernelAttributes = Readonly<Record<string, unknown>>;

/** The tensors of a kernel, by their names in tfjs. */
export type KernelInputs<Name extends string = string> = Readonly<Record<Name, Tfjs.TensorInfo>>;

/**
 * The surroundings of one call of a composed kernel: the stock kernels, and tensors that end with the call.
 */
export interface KernelScope {
  readonly tf: typeof Tfjs;
  /** Runs the package's own kernel, never its replacement. The result ends with the call. */
  run(kernelName: string, inputs: KernelInputs, attributes: KernelAttributes): Tfjs.TensorInfo;
  /** Allocates a float tensor of undefined content that ends with the call. */
  allocate(shape: readonly number[]): Tfjs.TensorInfo;
  /**
   * Returns the live values of a float tensor. Only a tensor from {@link allocate} that no kernel has read
   * yet may be written to, because XNNPACK keeps packed copies. Every allocation can move the heap, so ask
   * again after one.
   */
  floatsOf(tensor: Tfjs.TensorInfo): Float32Array;
  /** Copies an int tensor's values. */
  integersOf(tensor: Tfjs.TensorInfo): Int32Array;
  /** Ends a tensor of this call early, to save memory. */
  free(tensor: Tfjs.TensorInfo): void;
}

/** A kernel written with other kernels. Returns a tensor that it made itself, never an input. */
export type ComposedKernel<Name extends string, Attributes> = (
  scope: KernelScope,
  inputs: KernelInputs<Name>,
  attributes: Attributes,
) => Tfjs.TensorInfo;

/** The backend on which composed kernels run. */
export interface KernelHost {
  readonly tf: typeof Tfjs;
  readonly backend: BackendWasm;
  /** The package's own kernels by name. */
  readonly stock: ReadonlyMap<string, Tfjs.KernelFunc>;
}

/** Returns the same data under another shape with the same number of values. */
export function reshaped(tensor: Tfjs.TensorInfo, shape: readonly number[]): Tfjs.TensorInfo {
  return {dataId: tensor.dataId, dtype: tensor.dtype, shape: [...shape]};
}

/**
 * Runs `compose` and frees all tensors that it made except its result. The intermediate tensors belong to the
 * backend alone: the engine neither counts them nor records them for a gradient.
 */
export function inScope(
  {tf, backend, stock}: KernelHost,
  compose: (scope: KernelScope) => Tfjs.TensorInfo,
): Tfjs.TensorInfo {
  const made = new Set<Tfjs.TensorInfo["dataId"]>();
  const keep = (tensor: Tfjs.TensorInfo): Tfjs.TensorInfo => {
    made.add(tensor.dataId);
    return tensor;
  };
  const scope: KernelScope = {
    tf,
    run(kernelName, inputs, attributes) {
      // The registry of tfjs keeps kernels without the types of their inputs and attributes.
      const kernel = stock.get(kernelName) as Tfjs.KernelFunc;
      const call = {inputs: {...inputs}, backend, attrs: {...attributes} as Tfjs.NamedAttrMap};
      return keep(kernel(call) as Tfjs.TensorInfo);
    },
    allocate: (shape) => keep(backend.makeOutput([...shape], "float32")),
    floatsOf: (tensor) => backend.typedArrayFromHeap(tensor) as Float32Array,
    integersOf: ({dataId}) => backend.readSync(dataId) as Int32Array,
    free({dataId}) {
      if (made.delete(dataId)) backend.disposeData(dataId);
    },
  };
  try {
    const result = compose(scope);
    made.delete(result.dataId);
    return result;
  } finally {
    for (const dataId of made) backend.disposeData(dataId);
  }
}
