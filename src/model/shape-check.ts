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

/**
 * Refuses a batch without a time for each example.
 * @throws MODEL_WRONG_LENGTH
 */
export function requireTimes({n, times}: Examples): Float64Array {
  const given = times ?? new Float64Array();
  requireLength("the vector of times", given.length, n);
  return given;
}

function requireWidth(isRight: boolean, actual: number, expected: string): void {
  if (isRight) return;
  throw new CodedError<ModelErrorCode>(
    "MODEL_WRONG_WIDTH",
    `the examples have ${actual} values each where the model takes ${expected}`,
    {hint: "Check that the data is read with the task that the plan names."},
  );
}

/** Sizes that a model's arguments are checked against. */
export interface ModelSize {
  /** Length of the flat parameter vector. */
  readonly parameters: number;
  /** Number of values of one example, or of features of one tile. */
  readonly inputWidth: number;
}

/**
 * Refuses parameters and rows of `inputWidth` values that do not fit the model.
 * @throws MODEL_WRONG_WIDTH, MODEL_WRONG_LENGTH
 */
export function requireInputs(size: ModelSize, parameters: Float32Array, examples: Unlabelled): void {
  requireWidth(examples.d === size.inputWidth, examples.d, String(size.inputWidth));
  requireLength("the parameter vector", parameters.length, size.parameters);
  requireLength("the matrix of examples", examples.values.length, examples.n * examples.d);
}

/**
 * Refuses parameters and bags that do not fit the model. A bag may have any number of tiles from 1 on.
 * @throws MODEL_WRONG_WIDTH, MODEL_WRONG_LENGTH
 */
export function requireBags(size: ModelSize, parameters: Float32Array, bags: Unlabelled): void {
  const stride = size.inputWidth + 1;
  requireWidth(bags.d >= stride && bags.d % stride === 0, bags.d, `a multiple of ${stride}`);
  requireLength("the parameter vector", parameters.length, size.parameters);
  requireLength("the matrix of examples", bags.values.length, bags.n * bags.d);
}

/**
 * Refuses a batch from which no mean loss can be computed.
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
