import {at} from "../core/index.ts";
import type {BagPooling} from "./bag-pooling.ts";
import {crossEntropyOfLogit, sigmoid} from "./binary-cross-entropy.ts";

/**
 * Gives every tile the same weight. A bag's score is the mean of its tiles' probabilities, and its loss the
 * mean of its tiles' cross-entropies against the bag's label. With two outputs a tile's logit is their
 * difference, because softmax(z)_1 = sigmoid(z_1 - z_0).
 */
export const meanPooling: BagPooling = {
  scores({figures, starts}) {
    return Float32Array.from({length: starts.length - 1}, (_, bag) => {
      const [start, end] = [at(starts, bag), at(starts, bag + 1)];
      let sum = 0;
      for (let tile = start; tile < end; tile++) sum += sigmoid(figures.logits[tile] as number);
      return sum / (end - start);
    });
  },
  loss({figures, starts}, labels, share) {
    const slopes = new Float32Array(figures.logits.length);
    let loss = 0;
    labels.forEach((label, bag) => {
      const [start, end] = [at(starts, bag), at(starts, bag + 1)];
      const weight = share / (end - start);
      for (let tile = start; tile < end; tile++) {
        const logit = figures.logits[tile] as number;
        loss += weight * crossEntropyOfLogit(logit, label);
        slopes[tile] = weight * (sigmoid(logit) - label);
      }
    });
    return {loss, slopes: {attention: null, logits: slopes}};
  },
};
