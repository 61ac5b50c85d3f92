/** Codes of the errors that this room throws of itself. */
export type CoreErrorCode =
  /** A value came where the types allow none: a bug. */
  | "CORE_UNREACHABLE"
  /** Two metrics of one meter have the same name: a bug. */
  | "CORE_METRIC_TWICE";

/** Details of a {@link CodedError} beyond its message. */
export interface CodedErrorDetails {
  /** Typed facts for logs and tests; never a patient record, key, path of a patient file or raw bytes. */
  readonly data?: Readonly<Record<string, string | number | boolean | null>>;
  /** One sentence that tells the reader how to mend it. */
  readonly hint?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * An expected failure: a stable code `ROOM_WHAT`, a message that says what and where, and a hint how to mend it.
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

/** Whether `error` is a {@link CodedError}, of any of `codes` when given. */
export function isCoded<Code extends string>(error: unknown, ...codes: Code[]): error is CodedError<Code> {
  return error instanceof CodedError && (codes.length === 0 || codes.some((code) => code === error.code));
}

/** The one line shown to a person: `CODE: message. Hint`. */
export function errorLine(error: unknown): string {
  if (isCoded(error)) {
    const sentence = error.message.replace(/[.\s]+$/, "");
    return `${error.code}: ${sentence}.${error.hint === undefined ? "" : ` ${error.hint}`}`;
  }
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** A value that must be there, by what the program itself keeps; throws `CORE_UNREACHABLE` where it is not: a bug. */
export function present<Value>(value: Value | null | undefined, what: string): Value {
  if (value !== null && value !== undefined) return value;
  throw new CodedError("CORE_UNREACHABLE", `${what} is missing`);
}

/** Marks code that a complete `switch` never reaches; throws `CORE_UNREACHABLE` if it is reached all the same. */
export function unreachable(value: never): never {
  throw new CodedError("CORE_UNREACHABLE", `unexpected value of type ${typeof value}`);
}
