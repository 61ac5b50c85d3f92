import type * as Tfjs from "@tensorflow/tfjs-core";
import {layoutOf} from "../layout.ts";
import {meanPooling} from "../mean-pooling.ts";
import type {TileMlpSpec} from "../types.ts";
import {denseBackward, denseForward} from "./tfjs-dense.ts";
import {denseLayersOf} from "./tfjs-parameters.ts";
import type {TileNetwork} from "./tfjs-tile-network.ts";

/**
 * Dense layers with two outputs over each tile. Only the difference of the two is needed for their softmax.
 * @throws MODEL_SPEC_INVALID
 */
export function tileMlpNetwork(tf: typeof Tfjs, spec: TileMlpSpec, featureWidth: number): TileNetwork {
  const widths = [featureWidth, ...spec.hidden, 2];
  return {
    layout: layoutOf(spec, featureWidth),
    featureWidth,
    hasAttention: false,
    pooling: meanPooling,
    forward(parameters, tiles) {
      const layers = denseLayersOf(tf, widths, parameters);
      const {inputs, logits: outputs} = denseForward(tf, spec.activation, layers, tiles);
      const values = outputs.dataSync<"float32">();
      const logits = Float32Array.from(
        {length: outputs.shape[0]},
        (_, tile) => (values[2 * tile + 1] as number) - (values[2 * tile] as number),
      );
      return {
        attention: null,
        logits,
        backward(slopes) {
          const byOutput = new Float32Array(2 * slopes.logits.length);
          slopes.logits.forEach((slope, tile) => byOutput.set([-slope, slope], 2 * tile));
          const logitGradient = tf.tensor2d(byOutput, [slopes.logits.length, 2]);
          return denseBackward(tf, spec.activation, layers, {inputs, logitGradient});
        },
      };
    },
  };
}
