import {layoutSize} from "../parameters/index.ts";
import {layoutOf} from "./layout.ts";
import {backThroughSums, weightedSums} from "./linear-loops.ts";
import {requireBatch, requireInputs} from "./shape-check.ts";
import {mostProbable, softmaxCrossEntropy} from "./softmax-cross-entropy.ts";
import type {Model} from "./types.ts";

/**
 * Builds a {@link Model} of logistic regression for `classes` classes, more than two, in plain loops.
 * @throws MODEL_SPEC_INVALID
 */
export function buildSoftmaxRegression(inputWidth: number, classes: number): Model {
  const layout = layoutOf({architecture: "logistic"}, inputWidth, classes);
  const size = {parameters: layoutSize(layout), inputWidth};
  const linear = {outputs: classes, hasBias: true};
  const predict: Model["predict"] = (parameters, examples) => {
    requireInputs(size, parameters, examples);
    return mostProbable(weightedSums(parameters, examples, linear), classes);
  };
  return {
    layout,
    runsOn: "loops",
    lossAndGradient(parameters, batch, into) {
      requireInputs(size, parameters, batch);
      requireBatch(size, batch, into);
      const logits = weightedSums(parameters, batch, linear);
      const {loss, gradient} = softmaxCrossEntropy(logits, batch.labels, classes);
      backThroughSums(batch, gradient, linear, into);
      return loss;
    },
    predict,
    explain: (parameters, tiles) => ({attention: null, scores: predict(parameters, tiles)}),
  };
}
