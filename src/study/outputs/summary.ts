import {at, CodedError} from "../../core/index.ts";
import type {SimulationErrorCode} from "../../simulation/index.ts";
import type {Environment, StudyResults} from "../results.ts";
import {summarySchema} from "./summary-schema.ts";

const HINT = "Give the folder that `consilium simulate --out` wrote, or run the experiment again.";

function invalid(name: string, what: string): CodedError<SimulationErrorCode> {
  return new CodedError("SIMULATION_SUMMARY_INVALID", `${name}: ${what}`, {hint: HINT});
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(name, "is not JSON, or is torn off");
  }
}

/** Formats summary.json: all results, with keys in the schema's order. Equal results give equal bytes. */
export function summaryJson(results: StudyResults): string {
  return `${JSON.stringify(summarySchema.parse(results), null, 1)}\n`;
}

/**
 * Parses the results in the text of a summary.json.
 * @param name the file's name in messages
 * @throws SIMULATION_SUMMARY_INVALID with the first fault and its place
 */
export function parseSummary(text: string, name: string): StudyResults {
  const parsed = summarySchema.safeParse(parseJson(text, name));
  if (parsed.success) return parsed.data;
  const {path, message} = at(parsed.error.issues, 0);
  throw invalid(name, [...(path.length === 0 ? [] : [path.map(String).join(".")]), message].join(": "));
}

/** Formats environment.json: versions and machine. */
export function environmentJson(environment: Environment): string {
  return `${JSON.stringify(summarySchema.shape.environment.parse(environment), null, 2)}\n`;
}
