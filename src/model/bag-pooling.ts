/** A network's output for tiles, one number each. */
export interface TileFigures {
  /** `[tiles]`, the logits of the attention; null if all tiles have equal weight. */
  readonly attention: Float32Array<ArrayBuffer> | null;
  /** `[tiles]`, the logit of label 1 of a patient with that tile alone. */
  readonly logits: Float32Array<ArrayBuffer>;
}

/** The gradient of a loss by {@link TileFigures}. */
export interface TileSlopes {
  /** `[tiles]`; null without attention. */
  readonly attention: Float32Array<ArrayBuffer> | null;
  /** `[tiles]`. */
  readonly logits: Float32Array<ArrayBuffer>;
}

/** Bags of tiles with their figures. */
export interface FiguredBags {
  readonly figures: TileFigures;
  /** `[bags + 1]`: bag `b` has the tiles `starts[b]` .. `starts[b + 1] - 1`, at least one. */
  readonly starts: Uint32Array;
}

/** A loss and its gradient by the tiles' figures. */
export interface BagLoss {
  readonly loss: number;
  readonly slopes: TileSlopes;
}

/** Combines the figures of a patient's tiles into the patient's figure, in double precision. */
export interface BagPooling {
  /**
   * Probability of label 1 for each bag.
   * @returns `[bags]`, owned by the caller
   */
  scores(bags: FiguredBags): Float32Array<ArrayBuffer>;
  /**
   * Sum over the bags of `share` times the cross-entropy of a bag.
   * @param labels `[bags]`, each 0 or 1
   * @param share 1 / n if the bags are part of a batch of n
   */
  loss(bags: FiguredBags, labels: Uint8Array, share: number): BagLoss;
}
