/*
 * A perceptron that tells several classes apart, with its gradient in plain loops: no backend, no memory but its own,
 * fast for the few thousand parameters of invented tasks.
 */

/** Where a dense layer's weights, an output's side by side, and biases lie in the parameters. */
export interface DenseLayer {
  readonly weights: number;
  readonly biases: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** What a perceptron is built of. */
export interface ClassifierSpec {
  readonly features: number;
  /** Widths of the hidden layers; none for softmax regression. */
  readonly hidden: readonly number[];
  /** Of the hidden layers. */
  readonly activation: "relu" | "tanh";
  /** At least 2. */
  readonly classes: number;
}

/** A perceptron; its parameters are the caller's. Not to be shared between threads. */
export interface Classifier {
  readonly layers: readonly DenseLayer[];
  /** Number of parameters. */
  readonly size: number;
  /**
   * Adds `scale` times the gradient of the cross-entropy of one row to `gradient` `[size]`.
   * @param input `[features]`
   * @returns the cross-entropy times `scale`
   */
  addGradient(
    parameters: Float32Array,
    {input, label}: {readonly input: Float32Array; readonly label: number},
    scale: number,
    gradient: Float64Array,
  ): number;
  /** The probability of each class, `[classes]`; overwritten by the next call. */
  probabilities(parameters: Float32Array, input: Float32Array): Float64Array;
}

type Vector = Float32Array | Float64Array;
type Activation = ClassifierSpec["activation"];

/** The layers of a perceptron, one behind the other, each its weights and then its biases. */
export function denseLayers({features, hidden, classes}: ClassifierSpec): DenseLayer[] {
  let weights = 0;
  const widths = [features, ...hidden, classes];
  return widths.slice(1).map((outputs, index) => {
    const inputs = widths[index] ?? 0;
    const layer = {weights, biases: weights + inputs * outputs, inputs, outputs};
    weights = layer.biases + outputs;
    return layer;
  });
}

function dense(parameters: Float32Array, layer: DenseLayer, input: Vector, output: Float64Array): void {
  const {weights, biases, inputs, outputs} = layer;
  for (let unit = 0; unit < outputs; unit++) {
    const own = weights + unit * inputs;
    let sum = parameters[biases + unit] ?? 0;
    for (let index = 0; index < inputs; index++) sum += (parameters[own + index] ?? 0) * (input[index] ?? 0);
    output[unit] = sum;
  }
}

function activate(values: Float64Array, activation: Activation): void {
  for (let unit = 0; unit < values.length; unit++) {
    const value = values[unit] ?? 0;
    values[unit] = activation === "relu" ? Math.max(0, value) : Math.tanh(value);
  }
}

/** Adds the gradient of a layer whose outputs have these errors. */
function addOuter(gradient: Float64Array, layer: DenseLayer, errors: Float64Array, input: Vector): void {
  const {weights, biases, inputs, outputs} = layer;
  for (let unit = 0; unit < outputs; unit++) {
    const error = errors[unit] ?? 0;
    if (error === 0) continue;
    const own = weights + unit * inputs;
    gradient[biases + unit] = (gradient[biases + unit] ?? 0) + error;
    for (let index = 0; index < inputs; index++) {
      gradient[own + index] = (gradient[own + index] ?? 0) + error * (input[index] ?? 0);
    }
  }
}

/** Errors of a layer's inputs, `values` after their activation: those of its outputs, back through its weights. */
function passBack(
  parameters: Float32Array,
  {weights, inputs, outputs}: DenseLayer,
  errors: Float64Array,
  {values, activation}: {readonly values: Float64Array; readonly activation: Activation},
): Float64Array {
  return values.map((value, unit) => {
    if (activation === "relu" && value === 0) return 0;
    let sum = 0;
    for (let output = 0; output < outputs; output++) {
      sum += (errors[output] ?? 0) * (parameters[weights + output * inputs + unit] ?? 0);
    }
    return activation === "relu" ? sum : sum * (1 - value * value);
  });
}

function softmax(scores: Float64Array): void {
  const largest = Math.max(...scores);
  const total = scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
  for (let index = 0; index < scores.length; index++) {
    scores[index] = Math.exp((scores[index] ?? 0) - largest) / total;
  }
}

/** A {@link Classifier}. Sums are taken in f64, in the order of the inputs. */
export function createClassifier(spec: ClassifierSpec): Classifier {
  const {activation} = spec;
  const layers = denseLayers(spec);
  const outputs = layers.map((layer) => new Float64Array(layer.outputs));
  const last = layers.length - 1;
  const inputOf = (layer: number, input: Float32Array): Vector => outputs[layer - 1] ?? input;
  const forward = (parameters: Float32Array, input: Float32Array): Float64Array => {
    layers.forEach((layer, index) => {
      const output = outputs[index] ?? new Float64Array();
      dense(parameters, layer, inputOf(index, input), output);
      if (index < last) activate(output, activation);
    });
    const scores = outputs[last] ?? new Float64Array();
    softmax(scores);
    return scores;
  };
  const size = layers.reduce((_, {biases, outputs: width}) => biases + width, 0);
  return {
    layers,
    size,
    probabilities: forward,
    addGradient(parameters, {input, label}, scale, gradient) {
      const probabilities = forward(parameters, input);
      const loss = -Math.log(probabilities[label] ?? 0);
      let errors: Float64Array = probabilities.map(
        (value, index) => scale * (value - (index === label ? 1 : 0)),
      );
      for (let index = last; index >= 0; index--) {
        const layer = layers[index];
        if (layer === undefined) continue;
        addOuter(gradient, layer, errors, inputOf(index, input));
        const values = outputs[index - 1];
        if (values !== undefined) errors = passBack(parameters, layer, errors, {values, activation});
      }
      return scale * loss;
    },
  };
}
