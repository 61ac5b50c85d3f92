import type * as Tfjs from "@tensorflow/tfjs-core";
import {present} from "../../core/index.ts";
import {attentionPooling} from "../attention-pooling.ts";
import {layoutOf} from "../layout.ts";
import type {GatedAttentionMilSpec} from "../types.ts";
import {type DenseLayer, readParameters} from "./tfjs-parameters.ts";
import type {TileNetwork} from "./tfjs-tile-network.ts";

type Matrix = Tfjs.Tensor2D;

/** The tensors of the model, named as in its layout. */
interface GatedAttention {
  readonly embedding: DenseLayer;
  readonly tanh: DenseLayer;
  readonly sigmoid: DenseLayer;
  /** `[attention, 1]`. */
  readonly score: Matrix;
  readonly classifier: DenseLayer;
}

/** Results of a forward pass that the backward pass needs. */
interface GatedPass {
  /** `[tiles, features]`. */
  readonly tiles: Matrix;
  /** relu(tiles W + b), `[tiles, embedding]`. */
  readonly embedded: Matrix;
  /** `[tiles, attention]`. */
  readonly tanh: Matrix;
  /** `[tiles, attention]`. */
  readonly sigmoid: Matrix;
  /** Their product. */
  readonly gated: Matrix;
}

function affine(tf: typeof Tfjs, input: Matrix, {weight, bias}: DenseLayer): Matrix {
  return tf.add<Matrix>(tf.matMul<Matrix>(input, weight), bias);
}

function column(tf: typeof Tfjs, values: Float32Array): Matrix {
  return tf.tensor2d(values, [values.length, 1]);
}

function passForward(tf: typeof Tfjs, model: GatedAttention, tiles: Matrix): GatedPass {
  const embedded = tf.relu(affine(tf, tiles, model.embedding));
  const tanh = tf.tanh(affine(tf, embedded, model.tanh));
  const sigmoid = tf.sigmoid(affine(tf, embedded, model.sigmoid));
  return {tiles, embedded, tanh, sigmoid, gated: tf.mul(tanh, sigmoid)};
}

/**
 * Reverse-mode differentiation written out. Let r_t and u_t be the gradient by a tile's attention and logit.
 * The attention's hidden values g = tanh(p) * sigmoid(q) have the gradient r w^T, p that times sigmoid(q) (1
 * - tanh^2(p)), q that times g (1 - sigmoid(q)), and the embedding u c^T + dp V^T + dq U^T. Transposes are
 * made first, see denseBackward.
 */
function passBackward(
  tf: typeof Tfjs,
  model: GatedAttention,
  pass: GatedPass,
  slopes: {readonly attention: Matrix; readonly logits: Matrix},
): Tfjs.Tensor[] {
  const {embedded, tanh, sigmoid, gated} = pass;
  const byGated = tf.mul<Matrix>(slopes.attention, tf.transpose(model.score));
  const byTanh = tf.mul<Matrix>(tf.mul(byGated, sigmoid), tf.sub(1, tf.square(tanh)));
  const bySigmoid = tf.mul<Matrix>(tf.mul(byGated, gated), tf.sub(1, sigmoid));
  const byEmbedded = tf.addN<Matrix>([
    tf.mul<Matrix>(slopes.logits, tf.transpose(model.classifier.weight)),
    tf.matMul<Matrix>(byTanh, tf.transpose(model.tanh.weight)),
    tf.matMul<Matrix>(bySigmoid, tf.transpose(model.sigmoid.weight)),
  ]);
  const byInner = tf.mul<Matrix>(byEmbedded, tf.step(embedded));
  const embeddedT = tf.transpose(embedded);
  const layer = (inputT: Matrix, gradient: Matrix): Tfjs.Tensor[] => [
    tf.matMul(inputT, gradient),
    tf.sum(gradient, 0),
  ];
  return [
    ...layer(tf.transpose(pass.tiles), byInner),
    ...layer(embeddedT, byTanh),
    ...layer(embeddedT, bySigmoid),
    tf.matMul(tf.transpose(gated), slopes.attention),
    ...layer(embeddedT, slopes.logits),
  ];
}

/**
 * Gated attention over tiles: h = relu(x W + b), attention logit w^T (tanh(V h + b_V) * sigmoid(U h + b_U)),
 * tile logit c^T h + b. The gates have biases, as in the authors' code.
 * @see Ilse, Tomczak and Welling, ICML 2018, equation 9
 * @throws MODEL_SPEC_INVALID
 */
export function gatedAttentionNetwork(
  tf: typeof Tfjs,
  spec: GatedAttentionMilSpec,
  featureWidth: number,
): TileNetwork {
  const {embedding, attention} = spec;
  return {
    layout: layoutOf(spec, featureWidth),
    featureWidth,
    hasAttention: true,
    pooling: attentionPooling,
    forward(parameters, tiles) {
      const reader = readParameters(tf, parameters);
      const model: GatedAttention = {
        embedding: reader.layer(featureWidth, embedding),
        tanh: reader.layer(embedding, attention),
        sigmoid: reader.layer(embedding, attention),
        score: reader.weight(attention, 1),
        classifier: reader.layer(embedding, 1),
      };
      const pass = passForward(tf, model, tiles);
      return {
        attention: Float32Array.from(tf.matMul(pass.gated, model.score).dataSync<"float32">()),
        logits: Float32Array.from(affine(tf, pass.embedded, model.classifier).dataSync<"float32">()),
        backward(slopes) {
          const byAttention = column(tf, present(slopes.attention, "the slopes by attention"));
          const byLogit = column(tf, slopes.logits);
          return passBackward(tf, model, pass, {attention: byAttention, logits: byLogit});
        },
      };
    },
  };
}
