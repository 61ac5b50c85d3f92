import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {type IdentifiedPlan, parsePlan, parseRoster, type Roster} from "../consortium/index.ts";
import {CodedError, isCoded} from "../core/index.ts";
import {parseSettings, parseSummary, type StudyResults} from "../simulation/index.ts";
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
        data: {path, reason},
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

/** The results in a simulated study's folder. @throws CLI_INPUT_UNREADABLE, SIMULATION_SUMMARY_INVALID */
export async function readSummary(folder: string): Promise<StudyResults> {
  const file = join(folder, "summary.json");
  return parseSummary(new TextDecoder().decode(await readInput(file, "study's summary")), file);
}

/**
 * The resolved experiment in a simulated study's folder, or null when there is none.
 * @throws CLI_INPUT_UNREADABLE, SIMULATION_SUMMARY_INVALID
 */
export async function readSettings(folder: string): Promise<unknown> {
  const file = join(folder, "config.resolved.json");
  try {
    return parseSettings(new TextDecoder().decode(await readInput(file, "study's settings")), file);
  } catch (error) {
    if (isCoded(error, "CLI_INPUT_UNREADABLE") && error.data["reason"] === "ENOENT") return null;
    throw error;
  }
}
