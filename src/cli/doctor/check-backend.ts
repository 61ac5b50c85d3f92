import {at} from "../../core/index.ts";
import type {OpenedBackend} from "../../model/index.ts";
import {type Finding, fail, failure, pass, warn} from "./finding.ts";

/** Two examples of logistic regression at zero: loss ln 2, gradient the mean of (1/2 - y) x, by hand. */
const EXAMPLES = {
  n: 2,
  d: 2,
  values: Float32Array.of(1, 2, 3, 4),
  labels: Uint8Array.of(0, 1),
} as const;
const LOSS = Math.LN2;
const GRADIENT = [-0.5, -0.5, 0];
const TOLERANCE = 1e-6;

function isRight({backend}: OpenedBackend): boolean {
  const gradient = new Float32Array(GRADIENT.length);
  const model = backend.build({architecture: "logistic"}, EXAMPLES.d);
  const loss = model.lossAndGradient(new Float32Array(GRADIENT.length), EXAMPLES, gradient);
  return (
    Math.abs(loss - LOSS) < TOLERANCE &&
    GRADIENT.every((value, index) => Math.abs(value - at(gradient, index)) < TOLERANCE)
  );
}

/** D14: the compute backend opens, and gets a step right whose answer is known. */
export async function checkBackend(open: () => Promise<OpenedBackend>): Promise<Finding> {
  try {
    const opened = await open();
    const {name} = opened.backend;
    try {
      if (!isRight(opened))
        return fail(
          "CLI_DOCTOR_BACKEND",
          `${name} computes a wrong step`,
          "Set another `backend` in node.yaml.",
        );
    } finally {
      opened.backend.close();
    }
    return opened.warning === null
      ? pass(`${name} computes a known step right`)
      : warn(
          `${name}: ${opened.warning}`,
          "Set `backend: auto`, and see what `consilium start` says of the others.",
        );
  } catch (error) {
    return failure(error);
  }
}
