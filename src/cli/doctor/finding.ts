import {CodedError, isCoded} from "../../core/index.ts";
import type {CliErrorCode} from "../errors.ts";

/** The result of a check. */
export interface Finding {
  readonly level: "pass" | "warn" | "fail";
  readonly found: string;
  /** One sentence on the way to mend it; with "warn" and "fail". */
  readonly mend?: string;
  /** The error's code; with "fail". */
  readonly code?: string;
}

/** A finding that all is well. */
export function pass(found: string): Finding {
  return {level: "pass", found};
}

/** A finding with which the node runs, but that a person should know. */
export function warn(found: string, mend: string): Finding {
  return {level: "warn", found, mend};
}

/** A finding with which the node will not run, or not as it should. */
export function fail(code: CliErrorCode, found: string, mend: string): Finding {
  return {level: "fail", found, mend, code};
}

/** The finding for an expected error; any other error is a bug and thrown on. */
export function failure(error: unknown): Finding {
  if (!isCoded(error)) throw error;
  return {level: "fail", found: error.message, mend: error.hint ?? "See the message.", code: error.code};
}

/** A value on which a check rests, or the reason why it is missing. */
export type Loaded<Value> = {readonly value: Value} | {readonly error: CodedError};

/** The result of `load`, or its expected error. */
export async function loaded<Value>(load: () => Promise<Value>): Promise<Loaded<Value>> {
  try {
    return {value: await load()};
  } catch (error) {
    if (isCoded(error)) return {error};
    throw error;
  }
}

/** The finding of a check that depends on an earlier one that failed. */
export function notChecked(reason: string, earlier: string): Finding {
  return warn(`not checked: ${reason}`, `Mend ${earlier} first.`);
}
