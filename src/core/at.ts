import {CodedError, type CoreErrorCode} from "./errors.ts";

/**
 * Returns the element of `values` at `index`, which the program guarantees to be in range. For loops that run
 * once per parameter, `values[index] as number` costs less and turns a bug into NaN.
 * @throws CORE_INDEX_OUT_OF_RANGE, which is a bug
 */
export function at<T>(values: ArrayLike<T>, index: number): T {
  if (Number.isInteger(index) && index >= 0 && index < values.length) return values[index] as T;
  throw new CodedError<CoreErrorCode>(
    "CORE_INDEX_OUT_OF_RANGE",
    `index ${index} is outside an array of length ${values.length}`,
  );
}
