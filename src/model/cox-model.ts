import {layoutSize} from "../parameters/index.ts";
import {layoutOf} from "./layout.ts";
import {partialLikelihood} from "./partial-likelihood.ts";
import {requireBatch, requireInputs, requireTimes} from "./shape-check.ts";
import type {CoxSpec, Model, Unlabelled} from "./types.ts";

/** The weighted sum of each example's values, `[n]`, in f64. */
function logRisks(weights: Float32Array, {n, d, values}: Unlabelled): Float64Array {
  const risks = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    let sum = 0;
    for (let column = 0; column < d; column++) {
      sum += (values[row * d + column] ?? 0) * (weights[column] ?? 0);
    }
    risks[row] = sum;
  }
  return risks;
}

/** Sum over examples of `slopes` times their values, into `into` `[d]`; sums in f64. */
function backThroughRisks({n, d, values}: Unlabelled, slopes: Float32Array, into: Float32Array): void {
  for (let column = 0; column < d; column++) {
    let sum = 0;
    for (let row = 0; row < n; row++) sum += (slopes[row] ?? 0) * (values[row * d + column] ?? 0);
    into[column] = sum;
  }
}

/**
 * A {@link Model} of proportional hazards, in plain loops.
 * @throws MODEL_SPEC_INVALID
 */
export function buildCoxModel(spec: CoxSpec, inputWidth: number): Model {
  const layout = layoutOf(spec, inputWidth);
  const size = {parameters: layoutSize(layout), inputWidth};
  const predict: Model["predict"] = (parameters, examples) => {
    requireInputs(size, parameters, examples);
    return Float32Array.from(logRisks(parameters, examples));
  };
  return {
    layout,
    lossAndGradient(parameters, batch, into) {
      requireInputs(size, parameters, batch);
      requireBatch(size, batch, into);
      const survival = {times: requireTimes(batch), events: batch.labels};
      const {loss, gradient} = partialLikelihood(logRisks(parameters, batch), survival);
      backThroughRisks(batch, gradient, into);
      return loss;
    },
    predict,
    explain: (parameters, tiles) => ({attention: null, scores: predict(parameters, tiles)}),
  };
}
