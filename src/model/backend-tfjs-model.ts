import {buildBagModel} from "./backend-tfjs-bag-model.ts";
import {buildDenseModel} from "./backend-tfjs-dense-model.ts";
import {gatedAttentionNetwork} from "./backend-tfjs-gated-attention.ts";
import type {TfjsHandle} from "./backend-tfjs-handle.ts";
import {tileMlpNetwork} from "./backend-tfjs-tile-mlp.ts";
import {buildCoxModel} from "./cox-model.ts";
import type {Model, ModelSpec} from "./types.ts";

/**
 * A {@link Model} on a tfjs backend.
 *
 * Every call makes fresh tensors and disposes of them before it returns. Nothing is written into a tensor in place:
 * XNNPACK keeps the packed weights of a tensor it has seen and would compute with the old ones. The parameters are
 * copied on the way in and the results on the way out, as the cpu backend works on the caller's own arrays.
 * Proportional hazards are a few plain loops and use no backend: they give the same bytes on all.
 * @throws MODEL_SPEC_INVALID
 */
export function buildTfjsModel(handle: TfjsHandle, spec: ModelSpec, inputWidth: number): Model {
  switch (spec.architecture) {
    case "tile-mlp":
      return buildBagModel(handle, tileMlpNetwork(handle.tf, spec, inputWidth));
    case "gated-attention-mil":
      return buildBagModel(handle, gatedAttentionNetwork(handle.tf, spec, inputWidth));
    case "cox":
      return buildCoxModel(spec, inputWidth);
    case "logistic":
    case "mlp":
      return buildDenseModel(handle, spec, inputWidth);
  }
}
