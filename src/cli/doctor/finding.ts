import {CodedError, isCoded} from "../../core/index.ts";
import type {CliErrorCode} from "../errors.ts";

/** What a check found. */
export interface Finding {
  readonly level: "pass" | "warn" | "fail";
  readonly found: string;
  /** One sentence that tells how to mend it; with "warn" and "fail". */
  readonly mend?: string;
  /** The error's code; with "fail". */
  readonly code?: string;
}

/** All is well. */
export function pass(found: string): Finding {
  return {level: "pass", found};
}

/** The node runs, but a person should know. */
export function warn(found: string, mend: string): Finding {
  return {level: "warn", found, mend};
}

/** The node will not run, or not as it should. */
export function fail(code: CliErrorCode, found: string, mend: string): Finding {
  return {level: "fail", found, mend, code};
}

/** The finding that tells an expected error; any other is a bug and thrown on. */
export function failure(error: unknown): Finding {
  if (!isCoded(error)) throw error;
  return {level: "fail", found: error.message, mend: error.hint ?? "See the message.", code: error.code};
}

/** Something that a check rests on, or why it is not to be had. */
export type Loaded<Value> = {readonly value: Value} | {readonly error: CodedError};

/** What `load` gives, or its expected error. */
export async function loaded<Value>(load: () => Promise<Value>): Promise<Loaded<Value>> {
  try {
    return {value: await load()};
  } catch (error) {
    if (isCoded(error)) return {error};
    throw error;
  }
}

/** The finding of a check that rests on what an earlier one failed on. */
export function notChecked(reason: string, earlier: string): Finding {
  return warn(`not checked: ${reason}`, `Mend ${earlier} first.`);
}
