import {buildCoxModel} from "../cox-model.ts";
import {requireClasses} from "../layout.ts";
import {buildSoftmaxRegression} from "../softmax-regression.ts";
import type {Model, ModelSpec} from "../types.ts";
import {buildBagModel} from "./tfjs-bag-model.ts";
import {buildDenseModel, type ModelShape} from "./tfjs-dense-model.ts";
import {gatedAttentionNetwork} from "./tfjs-gated-attention.ts";
import type {TfjsHandle} from "./tfjs-handle.ts";
import {tileMlpNetwork} from "./tfjs-tile-mlp.ts";

/**
 * Builds a {@link Model} on a tfjs backend.
 *
 * Every call makes fresh tensors and disposes of them before it returns. Nothing is written into a tensor in
 * place: XNNPACK keeps the packed weights of a tensor it has seen and would compute with the old ones. The
 * parameters are copied on the way in and the results on the way out, because the cpu backend works on the
 * caller's own arrays. Proportional hazards and softmax regression are a few plain loops without a backend.
 * They give the same bytes everywhere.
 * @throws MODEL_SPEC_INVALID
 */
export function buildTfjsModel(handle: TfjsHandle, spec: ModelSpec, shape: ModelShape): Model {
  const {inputWidth, classes} = shape;
  requireClasses(spec, classes);
  switch (spec.architecture) {
    case "tile-mlp":
      return buildBagModel(handle, tileMlpNetwork(handle.tf, spec, inputWidth));
    case "gated-attention-mil":
      return buildBagModel(handle, gatedAttentionNetwork(handle.tf, spec, inputWidth));
    case "cox":
      return buildCoxModel(spec, inputWidth);
    case "logistic":
      if (classes > 2) return buildSoftmaxRegression(inputWidth, classes);
      return buildDenseModel(handle, spec, shape);
    case "mlp":
      return buildDenseModel(handle, spec, shape);
  }
}
