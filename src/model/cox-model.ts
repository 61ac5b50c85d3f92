import {layoutSize} from "../parameters/index.ts";
import {layoutOf} from "./layout.ts";
import {backThroughSums, weightedSums} from "./linear-loops.ts";
import {partialLikelihood} from "./partial-likelihood.ts";
import {requireBatch, requireInputs, requireTimes} from "./shape-check.ts";
import type {CoxSpec, Model} from "./types.ts";

/** One log risk, without an intercept. */
const RISK = {outputs: 1, hasBias: false};

/**
 * Builds a {@link Model} of proportional hazards in plain loops.
 * @throws MODEL_SPEC_INVALID
 */
export function buildCoxModel(spec: CoxSpec, inputWidth: number): Model {
  const layout = layoutOf(spec, inputWidth);
  const size = {parameters: layoutSize(layout), inputWidth};
  const predict: Model["predict"] = (parameters, examples) => {
    requireInputs(size, parameters, examples);
    return Float32Array.from(weightedSums(parameters, examples, RISK));
  };
  return {
    layout,
    runsOn: "loops",
    lossAndGradient(parameters, batch, into) {
      requireInputs(size, parameters, batch);
      requireBatch(size, batch, into);
      const survival = {times: requireTimes(batch), events: batch.labels};
      const {loss, gradient} = partialLikelihood(weightedSums(parameters, batch, RISK), survival);
      backThroughSums(batch, gradient, RISK, into);
      return loss;
    },
    predict,
    explain: (parameters, tiles) => ({attention: null, scores: predict(parameters, tiles)}),
  };
}
