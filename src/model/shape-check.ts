import {CodedError} from "../core/index.ts";
import type {ModelErrorCode} from "./errors.ts";
import type {Examples, Unlabelled} from "./types.ts";

function requireLength(what: string, actual: number, expected: number): void {
  if (actual === expected) return;
  throw new CodedError<ModelErrorCode>(
    "MODEL_WRONG_LENGTH",
    `${what} holds ${actual} values where the model takes ${expected}`,
    {hint: "The plan's model and the data contract must be the same at every site."},
  );
}

/** What a model's arguments are checked against. */
export interface ModelSize {
  /** Length of the flat parameter vector. */
  readonly parameters: number;
  /** Values of one example. */
  readonly inputWidth: number;
}

/**
 * Refuses parameters and examples that do not fit the model.
 * @throws MODEL_WRONG_WIDTH, MODEL_WRONG_LENGTH
 */
export function requireInputs(size: ModelSize, parameters: Float32Array, examples: Unlabelled): void {
  if (examples.d !== size.inputWidth) {
    throw new CodedError<ModelErrorCode>(
      "MODEL_WRONG_WIDTH",
      `the examples have ${examples.d} values each where the model takes ${size.inputWidth}`,
      {hint: "Check that the data is read with the task that the plan names."},
    );
  }
  requireLength("the parameter vector", parameters.length, size.parameters);
  requireLength("the matrix of examples", examples.values.length, examples.n * examples.d);
}

/**
 * Refuses what no mean loss can be computed from.
 * @throws MODEL_EMPTY_BATCH, MODEL_WRONG_LENGTH
 */
export function requireBatch(size: ModelSize, batch: Examples, into: Float32Array): void {
  if (batch.n === 0) {
    throw new CodedError<ModelErrorCode>("MODEL_EMPTY_BATCH", "a batch holds no example", {
      hint: "A site without a training example cannot train; it can evaluate.",
    });
  }
  requireLength("the vector of labels", batch.labels.length, batch.n);
  requireLength("the gradient vector", into.length, size.parameters);
}
