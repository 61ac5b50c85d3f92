import type * as Tfjs from "@tensorflow/tfjs-core";
import type {Layout} from "../parameters/index.ts";
import type {BagPooling, TileFigures, TileSlopes} from "./bag-pooling.ts";

/** A forward pass over tiles, and the way back. */
export interface TilePass extends TileFigures {
  /** The gradient by each tensor of the layout in turn, from the gradient by the figures. */
  backward(slopes: TileSlopes): Tfjs.Tensor[];
}

/** A model of bags in two parts: what is computed of each tile by itself, and how bags are made of it. */
export interface TileNetwork {
  readonly layout: Layout;
  /** Features of a tile. */
  readonly featureWidth: number;
  /** Whether tiles have an attention logit. */
  readonly hasAttention: boolean;
  readonly pooling: BagPooling;
  /**
   * Must be called within a tidy of the backend.
   * @param tiles `[tiles, featureWidth]`
   */
  forward(parameters: Float32Array, tiles: Tfjs.Tensor2D): TilePass;
}
