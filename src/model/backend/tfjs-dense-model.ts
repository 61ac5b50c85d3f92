import {layoutSize, shapeSize} from "../../parameters/index.ts";
import {binaryCrossEntropy, sigmoid} from "../binary-cross-entropy.ts";
import {layoutOf, outputsOf} from "../layout.ts";
import {requireBatch, requireInputs} from "../shape-check.ts";
import {mostProbable, softmaxCrossEntropy} from "../softmax-cross-entropy.ts";
import type {BagModelSpec, CoxSpec, Model, ModelSpec} from "../types.ts";
import {type ActivationName, denseBackward, denseForward} from "./tfjs-dense.ts";
import type {TfjsHandle} from "./tfjs-handle.ts";
import {denseLayersOf} from "./tfjs-parameters.ts";

/** Width of a model's input, and its number of classes. */
export interface ModelShape {
  readonly inputWidth: number;
  readonly classes: number;
}

/** A classifier whose example is one row of features. */
export type RowModelSpec = Exclude<ModelSpec, BagModelSpec | CoxSpec>;

/**
 * Builds a {@link Model} of dense layers, whose examples are rows, on a tfjs backend.
 *
 * Every call makes fresh tensors and disposes of them before it returns. Nothing is written into a tensor in
 * place: XNNPACK keeps the packed weights of a tensor it has seen and would compute with the old ones. The
 * parameters are copied on the way in and the results on the way out, because the cpu backend works on the
 * caller's own arrays.
 * @throws MODEL_SPEC_INVALID
 */
export function buildDenseModel(handle: TfjsHandle, spec: RowModelSpec, shape: ModelShape): Model {
  const {tf} = handle;
  const {inputWidth, classes} = shape;
  const layout = layoutOf(spec, inputWidth, classes);
  const outputs = outputsOf(classes);
  const size = {parameters: layoutSize(layout), inputWidth};
  const activation: ActivationName = spec.architecture === "mlp" ? spec.activation : "relu";
  const widths = [
    inputWidth,
    ...layout.tensors.filter(({shape}) => shape.length === 1).map(({shape}) => shapeSize(shape)),
  ];

  const predict: Model["predict"] = (parameters, examples) => {
    requireInputs(size, parameters, examples);
    if (examples.n === 0) return new Float32Array(0);
    handle.activate();
    return tf.tidy(() => {
      const values = tf.tensor2d(examples.values, [examples.n, examples.d]);
      const {logits} = denseForward(tf, activation, denseLayersOf(tf, widths, parameters), values);
      const read = logits.dataSync<"float32">();
      return classes > 2 ? mostProbable(read, classes) : Float32Array.from(read, sigmoid);
    });
  };

  return {
    layout,
    runsOn: handle.name,
    lossAndGradient(parameters, batch, into) {
      requireInputs(size, parameters, batch);
      requireBatch(size, batch, into);
      handle.activate();
      return tf.tidy(() => {
        const layers = denseLayersOf(tf, widths, parameters);
        const examples = tf.tensor2d(batch.values, [batch.n, batch.d]);
        const {inputs, logits} = denseForward(tf, activation, layers, examples);
        const read = logits.dataSync<"float32">();
        const {loss, gradient} =
          classes > 2
            ? softmaxCrossEntropy(read, batch.labels, classes)
            : binaryCrossEntropy(read, batch.labels);
        const logitGradient = tf.tensor2d(gradient, [batch.n, outputs]);
        let offset = 0;
        for (const tensor of denseBackward(tf, activation, layers, {inputs, logitGradient})) {
          into.set(tensor.dataSync<"float32">(), offset);
          offset += tensor.size;
        }
        return loss;
      });
    },
    predict,
    explain: (parameters, tiles) => ({attention: null, scores: predict(parameters, tiles)}),
  };
}
