import {at, CodedError} from "../core/index.ts";
import type {Layout, TensorLayout} from "../parameters/index.ts";
import type {ModelErrorCode} from "./errors.ts";
import type {ModelSpec} from "./types.ts";

const MAX_HIDDEN_LAYERS = 8;
/**
 * Half a gibibyte in binary32, of which a site holds some twenty copies. The largest models here have 2^24
 * values.
 */
const MAX_VALUES = 2 ** 27;

function refuse(spec: ModelSpec, widths: readonly number[]): never {
  throw new CodedError<ModelErrorCode>(
    "MODEL_SPEC_INVALID",
    `a model "${spec.architecture}" with the widths ${widths.join("-")} cannot be built`,
    {
      hint: `Give 1 to ${MAX_HIDDEN_LAYERS} hidden layers, and whole widths and numbers of tiles of at least 1.`,
    },
  );
}

/** Number of outputs of a model of dense layers for `classes` classes: one logit separates two classes. */
export function outputsOf(classes: number): number {
  return classes > 2 ? classes : 1;
}

/** Widths of the layers, from the input to the output, even if they cannot be built. */
function widthsOf(spec: ModelSpec, inputWidth: number, classes: number): readonly number[] {
  switch (spec.architecture) {
    case "logistic":
      return [inputWidth, outputsOf(classes)];
    case "cox":
      return [inputWidth, 1];
    case "mlp":
      return [inputWidth, ...spec.hidden, outputsOf(classes)];
    case "tile-mlp":
      return [inputWidth, ...spec.hidden, 2];
    case "gated-attention-mil":
      return [inputWidth, spec.embedding, spec.attention, 1];
  }
}

function requireBuildable(spec: ModelSpec, widths: readonly number[]): void {
  const counts = "tiles" in spec ? [...widths, spec.tiles] : widths;
  const isDepthRight =
    !("hidden" in spec) || (spec.hidden.length >= 1 && spec.hidden.length <= MAX_HIDDEN_LAYERS);
  const areCounts = counts.every((count) => Number.isSafeInteger(count) && count >= 1);
  if (!isDepthRight || !areCounts) refuse(spec, widths);
}

/** Refuses more than two classes for a model without outputs for them. @throws MODEL_SPEC_INVALID */
export function requireClasses(spec: ModelSpec, classes: number): void {
  if (classes <= 2 || spec.architecture === "logistic" || spec.architecture === "mlp") return;
  throw new CodedError<ModelErrorCode>(
    "MODEL_SPEC_INVALID",
    `a model "${spec.architecture}" does not tell ${classes} classes apart`,
    {hint: "Give the architecture logistic or mlp in the plan, or data of two classes."},
  );
}

/**
 * Refuses a model that no site could hold. Each width in a plan may be allowed while all together are too
 * large.
 */
function requireHoldable({tensors}: Layout, spec: ModelSpec): Layout {
  const values = tensors.reduce(
    (sum, {shape}) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  if (values <= MAX_VALUES) return {tensors};
  throw new CodedError<ModelErrorCode>(
    "MODEL_SPEC_INVALID",
    `a model "${spec.architecture}" of ${values} values is larger than ${MAX_VALUES} values`,
    {
      hint: "Make its layers narrower: a weight has as many values as the widths of its two layers multiply to.",
    },
  );
}

function layer(name: string, fanIn: number, fanOut: number): TensorLayout[] {
  return [
    {name: `${name}.weight`, shape: [fanIn, fanOut]},
    {name: `${name}.bias`, shape: [fanOut]},
  ];
}

/**
 * Returns the layout of a model's flat parameter vector, each weight `[fanIn, fanOut]`.
 *
 * Models of dense layers: for each layer `l`, from the input on, `dense{l}.weight`, then `dense{l}.bias`
 * `[fanOut]`. The last layer has one output, the logit of label 1. For "tile-mlp" it has two, for the labels
 * 0 and 1. Logistic regression is the last layer alone. With more than two classes there is one output for
 * each, and their softmax gives the probabilities of the classes.
 *
 * Proportional hazards: `risk.weight` `[inputWidth, 1]` alone.
 *
 * Gated attention: `embedding`, `attention.tanh`, `attention.sigmoid` and `classifier`, each a weight and a
 * bias, and before the last `attention.score.weight` `[attention, 1]`. It has no bias, which would not change
 * the softmax.
 * @param inputWidth number of values of one example, or of features of one tile, at least 1
 * @param classes number of classes; more than two for "logistic" and "mlp" only
 * @throws MODEL_SPEC_INVALID
 */
export function layoutOf(spec: ModelSpec, inputWidth: number, classes = 2): Layout {
  requireClasses(spec, classes);
  const widths = widthsOf(spec, inputWidth, classes);
  requireBuildable(spec, widths);
  if (spec.architecture === "cox") return {tensors: [{name: "risk.weight", shape: [inputWidth, 1]}]};
  if (spec.architecture === "gated-attention-mil") {
    const tensors = [
      ...layer("embedding", inputWidth, spec.embedding),
      ...layer("attention.tanh", spec.embedding, spec.attention),
      ...layer("attention.sigmoid", spec.embedding, spec.attention),
      {name: "attention.score.weight", shape: [spec.attention, 1]},
      ...layer("classifier", spec.embedding, 1),
    ];
    return requireHoldable({tensors}, spec);
  }
  const dense = {
    tensors: widths.slice(1).flatMap((fanOut, index) => layer(`dense${index}`, at(widths, index), fanOut)),
  };
  return requireHoldable(dense, spec);
}
