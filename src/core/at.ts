import {CodedError} from "./errors.ts";

/** The value at `index`. @throws CORE_UNREACHABLE if there is none, which is an error in the code */
export function at<T>(values: ArrayLike<T>, index: number): T {
  const value = values[index];
  if (value === undefined) {
    throw new CodedError("CORE_UNREACHABLE", `index ${index} is outside a list of ${values.length}`);
  }
  return value;
}
