import type * as Tfjs from "@tensorflow/tfjs-core";
import type {Layout} from "../../parameters/index.ts";
import type {BagPooling, TileFigures, TileSlopes} from "../bag-pooling.ts";

/** A forward pass over tiles and its backward pass. */
export interface TilePass extends TileFigures {
  /** Computes the gradient by each tensor of the layout in turn from the gradient by the figures. */
  backward(slopes: TileSlopes): Tfjs.Tensor[];
}

/** A model of bags in two parts: the figures of each tile by itself, and the pooling of bags. */
export interface TileNetwork {
  readonly layout: Layout;
  /** Number of features of a tile. */
  readonly featureWidth: number;
  /** True if tiles have an attention logit. */
  readonly hasAttention: boolean;
  readonly pooling: BagPooling;
  /**
   * Must be called within a tidy of the backend.
   * @param tiles `[tiles, featureWidth]`
   */
  forward(parameters: Float32Array, tiles: Tfjs.Tensor2D): TilePass;
}
