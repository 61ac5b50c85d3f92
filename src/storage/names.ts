import {CodedError} from "../core/index.ts";

/** Digits of a run's id. */
export const RUN_ID_DIGITS = 32;

/**
 * Returns `name` if it is `digits` lower-case hexadecimal digits: such a name never leads out of its
 * directory.
 * @throws {CodedError} STORAGE_NAME_INVALID
 */
export function checkedHexName(name: string, digits: number): string {
  if (name.length === digits && /^[0-9a-f]+$/.test(name)) return name;
  throw new CodedError(
    "STORAGE_NAME_INVALID",
    `a stored name must be ${digits} lower-case hexadecimal digits`,
    {
      data: {length: name.length, digits},
    },
  );
}
