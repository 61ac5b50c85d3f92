import {readFile} from "node:fs/promises";
import {type IdentifiedPlan, parsePlan, parseRoster, type Roster} from "../consortium/index.ts";
import {CodedError} from "../core/index.ts";
import type {CliErrorCode} from "./errors.ts";

async function readInput(path: string, what: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    throw new CodedError<CliErrorCode>(
      "CLI_INPUT_UNREADABLE",
      `cannot read the ${what} ${path} (${reason})`,
      {
        hint: reason === "ENOENT" ? "Check the path." : "Give this user read access to it.",
        data: {path},
        cause,
      },
    );
  }
}

/**
 * The roster file at `path`.
 * @throws CLI_INPUT_UNREADABLE, CONSORTIUM_ROSTER_INVALID
 */
export async function readRoster(path: string): Promise<Roster> {
  return parseRoster(new TextDecoder().decode(await readInput(path, "roster file")), path);
}

/**
 * The plan file at `path`, with the hash of its bytes.
 * @throws CLI_INPUT_UNREADABLE, CONSORTIUM_PLAN_INVALID
 */
export async function readPlan(path: string): Promise<IdentifiedPlan> {
  return parsePlan(await readInput(path, "plan file"), path);
}

/** The bytes of a flight recorder's trace. @throws CLI_INPUT_UNREADABLE */
export function readTrace(path: string): Promise<Uint8Array> {
  return readInput(path, "trace");
}
