/** Codes of the errors that this room itself throws. */
export type CoreErrorCode =
  /** A value appeared that the types do not allow: a bug. */
  | "CORE_UNREACHABLE"
  /** An index was outside its array: a bug. */
  | "CORE_INDEX_OUT_OF_RANGE"
  /** Two metrics of one meter have the same name: a bug. */
  | "CORE_METRIC_TWICE";

/** Details of a {@link CodedError} beyond its message. */
export interface CodedErrorDetails {
  /** Typed facts for logs and tests; never a patient record, key, path of a patient file or raw bytes. */
  readonly data?: Readonly<Record<string, string | number | boolean | null>>;
  /** One sentence that tells the reader how to correct the error. */
  readonly hint?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * An expected failure: a stable code `ROOM_WHAT`, a message that names the failure and its place, and a hint.
 * Anything else that is thrown is a bug and prints with its stack.
 */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
  readonly hint: string | undefined;

  constructor(code: Code, message: string, details: CodedErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : {cause: details.cause});
    this.name = "CodedError";
    this.code = code;
    this.data = details.data ?? {};
    this.hint = details.hint;
  }
}

/** Tells whether `error` is a {@link CodedError}, with one of `codes` if any are given. */
export function isCoded<Code extends string>(error: unknown, ...codes: Code[]): error is CodedError<Code> {
  return error instanceof CodedError && (codes.length === 0 || codes.some((code) => code === error.code));
}

/** Returns the one line shown to a person: `CODE: message. Hint`. */
export function errorLine(error: unknown): string {
  if (isCoded(error)) {
    const sentence = error.message.replace(/[.\s]+$/, "");
    return `${error.code}: ${sentence}.${error.hint === undefined ? "" : ` ${error.hint}`}`;
  }
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/**
 * Returns a value that the program guarantees to exist. Throws `CORE_UNREACHABLE` if it is missing, which is
 * a bug.
 */
export function present<Value>(value: Value | null | undefined, what: string): Value {
  if (value !== null && value !== undefined) return value;
  throw new CodedError("CORE_UNREACHABLE", `${what} is missing`);
}

/** Marks code that a complete `switch` never reaches. Throws `CORE_UNREACHABLE` if it is reached anyway. */
export function unreachable(value: never): never {
  throw new CodedError("CORE_UNREACHABLE", `unexpected value of type ${typeof value}`);
}
