/** What a network says of tiles, one number each. */
export interface TileFigures {
  /** `[tiles]`, the logits of the attention; null where all tiles weigh alike. */
  readonly attention: Float32Array<ArrayBuffer> | null;
  /** `[tiles]`, the logit of label 1 of a patient with that tile alone. */
  readonly logits: Float32Array<ArrayBuffer>;
}

/** The gradient of a loss by {@link TileFigures}. */
export interface TileSlopes {
  /** `[tiles]`; null where there is no attention. */
  readonly attention: Float32Array<ArrayBuffer> | null;
  /** `[tiles]`. */
  readonly logits: Float32Array<ArrayBuffer>;
}

/** Bags whose tiles have figures. */
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

/** How the figures of a patient's tiles make the patient's; computed in double precision. */
export interface BagPooling {
  /**
   * Probability of label 1 for each bag.
   * @returns `[bags]`, owned by the caller
   */
  scores(bags: FiguredBags): Float32Array<ArrayBuffer>;
  /**
   * Sum over the bags of `share` times the cross-entropy of a bag.
   * @param labels `[bags]`, each 0 or 1
   * @param share 1 / n, when the bags are some of the n of a batch
   */
  loss(bags: FiguredBags, labels: Uint8Array, share: number): BagLoss;
}
