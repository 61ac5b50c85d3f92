import type * as Tfjs from "@tensorflow/tfjs-core";
import type {DenseLayer} from "./tfjs-parameters.ts";

type Matrix = Tfjs.Tensor2D;

/** A hidden layer's activation. */
export type ActivationName = "relu" | "tanh";

/** Results of a forward pass that the backward pass needs. */
export interface DensePass {
  /** The input `[n, fanIn]` of each layer: the examples, then the activations. */
  readonly inputs: readonly Matrix[];
  /** `[n, outputs]`. */
  readonly logits: Matrix;
}

/** Forward pass: z_l = a_l W_l + b_l, a_(l+1) = activation(z_l); the last z is the logits. */
export function denseForward(
  tf: typeof Tfjs,
  activation: ActivationName,
  layers: readonly DenseLayer[],
  examples: Matrix,
): DensePass {
  const inputs: Matrix[] = [];
  let value = examples;
  layers.forEach(({weight, bias}, index) => {
    if (index > 0) value = activation === "relu" ? tf.relu(value) : tf.tanh(value);
    inputs.push(value);
    value = tf.add<Matrix>(tf.matMul<Matrix>(value, weight), bias);
  });
  return {inputs, logits: value};
}

/**
 * Computes the gradient by z from the gradient by a = activation(z). The gradient of relu is 0 at 0, as in
 * PyTorch.
 */
function throughActivation(
  tf: typeof Tfjs,
  activation: ActivationName,
  output: Matrix,
  gradient: Matrix,
): Matrix {
  const slope = activation === "relu" ? tf.step(output) : tf.sub(1, tf.square(output));
  return tf.mul(gradient, slope);
}

/**
 * Backward pass (reverse-mode differentiation written out). If d_l is the gradient by z_l, the gradient by
 * W_l is a_l^T d_l, by b_l the column sums of d_l, and by a_l d_l W_l^T. The transposes are made first, so
 * every backend multiplies the same two matrices in its usual way.
 * @param pass with the gradient `[n, outputs]` by the logits
 * @returns the gradient by weight and bias of each layer in turn, in the order of the layout
 */
export function denseBackward(
  tf: typeof Tfjs,
  activation: ActivationName,
  layers: readonly DenseLayer[],
  pass: {readonly inputs: readonly Matrix[]; readonly logitGradient: Matrix},
): Tfjs.Tensor[] {
  const gradients: Tfjs.Tensor[] = [];
  let gradient = pass.logitGradient;
  for (let index = layers.length - 1; index >= 0; index--) {
    const layer = layers[index];
    const input = pass.inputs[index];
    if (layer === undefined || input === undefined) break;
    gradients.unshift(tf.matMul(tf.transpose(input), gradient), tf.sum(gradient, 0));
    if (index === 0) break;
    gradient = throughActivation(
      tf,
      activation,
      input,
      tf.matMul<Matrix>(gradient, tf.transpose(layer.weight)),
    );
  }
  return gradients;
}
