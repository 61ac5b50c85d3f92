import {at, present} from "../core/index.ts";
import type {BagPooling, FiguredBags} from "./bag-pooling.ts";
import {crossEntropyOfLogit, sigmoid} from "./binary-cross-entropy.ts";

/** The weights of one bag's tiles and its logit. */
interface PooledBag {
  readonly start: number;
  /** Softmax of the attention over the bag's tiles. */
  readonly weights: Float64Array;
  readonly logit: number;
}

function pool({figures, starts}: FiguredBags, bag: number): PooledBag {
  const start = at(starts, bag);
  const attention = present(figures.attention, "the tiles' attention").subarray(start, at(starts, bag + 1));
  const largest = attention.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const weights = Float64Array.from(attention, (value) => Math.exp(value - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let logit = 0;
  weights.forEach((weight, tile) => {
    weights[tile] = weight / total;
    logit += (weight / total) * (figures.logits[start + tile] as number);
  });
  return {start, weights, logit};
}

/**
 * Attention: with a = softmax of a bag's attention logits, the bag's logit is sum_t a_t l_t. This is the
 * linear classifier on the pooled embedding (Ilse, Tomczak and Welling, ICML 2018, equation 7). Because the
 * a_t sum to 1, (sum_t a_t h_t) c + b = sum_t a_t (h_t c + b), and pooling needs only one number of each
 * tile.
 *
 * The loss is the binary cross-entropy L of the bag's logit s. Its gradient by l_t is L'(s) a_t, and by the
 * attention's logit L'(s) a_t (l_t - s).
 */
export const attentionPooling: BagPooling = {
  scores(bags) {
    return Float32Array.from({length: bags.starts.length - 1}, (_, bag) => sigmoid(pool(bags, bag).logit));
  },
  loss(bags, labels, share) {
    const {logits} = bags.figures;
    const byAttention = new Float32Array(logits.length);
    const byLogit = new Float32Array(logits.length);
    let loss = 0;
    labels.forEach((label, bag) => {
      const {start, weights, logit} = pool(bags, bag);
      const slope = share * (sigmoid(logit) - label);
      loss += share * crossEntropyOfLogit(logit, label);
      weights.forEach((weight, tile) => {
        byLogit[start + tile] = slope * weight;
        byAttention[start + tile] = slope * weight * ((logits[start + tile] as number) - logit);
      });
    });
    return {loss, slopes: {attention: byAttention, logits: byLogit}};
  },
};
