import {CodedError, createRandom} from "../../core/index.ts";
import type {Model, ModelSpec} from "../../model/index.ts";
import type {StartingModel} from "../../node/index.ts";
import type {Layout} from "../../parameters/index.ts";
import type {OpenModel} from "../../training/index.ts";
import type {SimulationErrorCode} from "../errors.ts";
import {type ClassifierSpec, createClassifier, denseLayers} from "./classifier.ts";

/** Which perceptron a plan's model is where there are several classes. @throws SIMULATION_MODEL_UNFIT */
function classifierSpec(model: ModelSpec, features: number, classes: number): ClassifierSpec {
  if (model.architecture === "logistic") return {features, hidden: [], activation: "relu", classes};
  if (model.architecture === "mlp")
    return {features, hidden: model.hidden, activation: model.activation, classes};
  throw new CodedError<SimulationErrorCode>(
    "SIMULATION_MODEL_UNFIT",
    `the model ${model.architecture} does not tell ${classes} classes apart`,
    {hint: "Give the architecture logistic or mlp in the plan, or data of two classes."},
  );
}

function layoutOf(spec: ClassifierSpec): Layout {
  return {
    tensors: denseLayers(spec).flatMap(({inputs, outputs}, index) => [
      {name: `dense${index}.weight`, shape: [outputs, inputs]},
      {name: `dense${index}.bias`, shape: [outputs]},
    ]),
  };
}

/**
 * The layout of a classifier, each weight `[outputs, inputs]`, and its parameters before training: weights and biases
 * uniform in +-1/sqrt(inputs), as the models of two classes have theirs.
 * @throws SIMULATION_MODEL_UNFIT
 */
export function startingClassifier(
  {model, seed}: {readonly model: ModelSpec; readonly seed: number},
  features: number,
  classes: number,
): StartingModel {
  const spec = classifierSpec(model, features, classes);
  const random = createRandom({seed, site: "", round: 0, purpose: "initialisation"});
  const initial = denseLayers(spec).flatMap(({inputs, outputs}) => {
    const bound = 1 / Math.sqrt(inputs);
    return Array.from({length: (inputs + 1) * outputs}, () => (2 * random.uniform() - 1) * bound);
  });
  return {layout: layoutOf(spec), initial: Float32Array.from(initial)};
}

/** The model of a {@link ClassifierSpec}: its prediction is the most probable class. */
function classifierModel(spec: ClassifierSpec): Model {
  const classifier = createClassifier(spec);
  const gradient = new Float64Array(classifier.size);
  const predict: Model["predict"] = (parameters, {n, d, values}) =>
    Float32Array.from({length: n}, (_, row) => {
      const probabilities = classifier.probabilities(parameters, values.subarray(row * d, (row + 1) * d));
      // Of probabilities that are no numbers there is no largest.
      const place = probabilities.indexOf(Math.max(...probabilities));
      return place < 0 ? Number.NaN : place;
    });
  return {
    layout: layoutOf(spec),
    lossAndGradient(parameters, {n, d, values, labels}, into) {
      gradient.fill(0);
      let loss = 0;
      for (let row = 0; row < n; row++) {
        const example = {input: values.subarray(row * d, (row + 1) * d), label: labels[row] ?? 0};
        loss += classifier.addGradient(parameters, example, 1 / n, gradient);
      }
      into.set(gradient);
      return loss;
    },
    predict,
    explain: (parameters, rows) => ({attention: null, scores: predict(parameters, rows)}),
  };
}

/** Opens the classifier that a plan's model is; a patient's score is the class of its first row. */
export const openClassifierModel: OpenModel = async ({spec, inputWidth, classes = 2}) => {
  const model = classifierModel(classifierSpec(spec, inputWidth, classes));
  return {
    backend: "cpu",
    passedOver: [],
    warning: null,
    model,
    scoresOf(parameters, {n, d, values, patients, patientOf}) {
      const predicted = model.predict(parameters, {n, d, values});
      const scores = new Float32Array(patients);
      for (let row = n - 1; row >= 0; row--) scores[patientOf[row] ?? 0] = predicted[row] ?? 0;
      return scores;
    },
  };
};
