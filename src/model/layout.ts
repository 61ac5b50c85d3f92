import {CodedError} from "../core/index.ts";
import type {Layout} from "../parameters/index.ts";
import type {ModelErrorCode} from "./errors.ts";
import type {ModelSpec} from "./types.ts";

const MAX_HIDDEN_LAYERS = 8;

function isWidth(width: number): boolean {
  return Number.isSafeInteger(width) && width >= 1;
}

function denseWidths(spec: ModelSpec, inputWidth: number): number[] {
  const hidden = spec.architecture === "mlp" ? spec.hidden : [];
  const widths = [inputWidth, ...hidden, 1];
  const isDepthRight = spec.architecture === "logistic" || hidden.length >= 1;
  if (!isDepthRight || hidden.length > MAX_HIDDEN_LAYERS || !widths.every(isWidth)) {
    throw new CodedError<ModelErrorCode>(
      "MODEL_SPEC_INVALID",
      `a model "${spec.architecture}" with the widths ${widths.join("-")} cannot be built`,
      {hint: `Give 1 to ${MAX_HIDDEN_LAYERS} hidden layers and whole widths of at least 1.`},
    );
  }
  return widths;
}

/**
 * The layout of a model's flat parameter vector: for each dense layer `l`, from the input on, `dense{l}.weight`
 * `[fanIn, fanOut]`, then `dense{l}.bias` `[fanOut]`. The last layer has one output, the logit of label 1;
 * logistic regression is that layer alone.
 * @param inputWidth values of one example, at least 1
 * @throws MODEL_SPEC_INVALID
 */
export function layoutOf(spec: ModelSpec, inputWidth: number): Layout {
  const widths = denseWidths(spec, inputWidth);
  const tensors = widths.slice(1).flatMap((fanOut, index) => [
    {name: `dense${index}.weight`, shape: [widths[index] ?? 0, fanOut]},
    {name: `dense${index}.bias`, shape: [fanOut]},
  ]);
  return {tensors};
}
