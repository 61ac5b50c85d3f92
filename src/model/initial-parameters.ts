import {createRandom} from "../core/index.ts";
import {layoutSize, shapeSize} from "../parameters/index.ts";
import {layoutOf} from "./layout.ts";
import type {ModelSpec} from "./types.ts";

/**
 * Returns the parameters that every site starts from: weights and biases uniform in +-1/sqrt(fanIn),
 * PyTorch's default for linear layers (`kaiming_uniform_` with a = sqrt(5)). Equal arguments give equal bytes
 * on every machine.
 * @param seed the plan's seed
 * @param classes as in {@link layoutOf}
 * @returns `[layoutSize]`, owned by the caller
 * @throws MODEL_SPEC_INVALID
 */
export function initialParameters(
  spec: ModelSpec,
  inputWidth: number,
  seed: number,
  classes = 2,
): Float32Array {
  const layout = layoutOf(spec, inputWidth, classes);
  const random = createRandom({seed, site: "", round: 0, purpose: "initialisation"});
  const parameters = new Float32Array(layoutSize(layout));
  let offset = 0;
  let bound = 0;
  for (const {shape} of layout.tensors) {
    const [fanIn, fanOut] = shape;
    if (fanIn !== undefined && fanOut !== undefined) bound = 1 / Math.sqrt(fanIn);
    const end = offset + shapeSize(shape);
    while (offset < end) parameters[offset++] = (2 * random.uniform() - 1) * bound;
  }
  return parameters;
}
