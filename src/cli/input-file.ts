import {join} from "node:path";
import {
  type IdentifiedPlan,
  membershipRoster,
  parsePlan,
  parseRoster,
  type Roster,
  readSignedMembership,
} from "../consortium/index.ts";
import {CodedError, decodeText, formatBytes, MAX_YAML_CHARACTERS} from "../core/index.ts";
import {readBounded, readingFault} from "../data/index.ts";
import {type Bundle, parseBundle} from "../ledger/index.ts";
import {decodeMembership, isMembershipFile} from "../membership/index.ts";
import {parseSummary, type StudyResults} from "../study/index.ts";
import type {CliErrorCode} from "./errors.ts";

/** Largest file that this program wrote and reads back: results of studies, traces of long runs. */
const MAX_OWN_BYTES = 2 ** 28;
/** Largest membership file. */
const MAX_MEMBERSHIP_BYTES = 2 ** 24;

/**
 * Reads the bytes of the file at `path`, at most `most`; `what` it is meant to be stands in messages.
 * @throws CLI_INPUT_UNREADABLE, CLI_INPUT_TOO_LARGE
 */
export async function readInput(path: string, what: string, most = MAX_YAML_CHARACTERS): Promise<Uint8Array> {
  let bytes: Uint8Array | null;
  try {
    bytes = await readBounded(path, most);
  } catch (cause) {
    const {reason, hint} = readingFault(cause);
    throw new CodedError<CliErrorCode>(
      "CLI_INPUT_UNREADABLE",
      `cannot read the ${what} ${path} (${reason})`,
      {
        hint,
        data: {path, reason},
        cause,
      },
    );
  }
  if (bytes !== null) return bytes;
  throw tooLarge(path, what, most);
}

function tooLarge(path: string, what: string, most: number): CodedError {
  const code: CliErrorCode = "CLI_INPUT_TOO_LARGE";
  return new CodedError(code, `the ${what} ${path} is larger than ${formatBytes(most)}`, {
    hint: "Check that it is the right file.",
    data: {path},
  });
}

/** Reads the text of a file that this program wrote. */
async function readOwnText(path: string, what: string): Promise<string> {
  return decodeText(await readInput(path, what, MAX_OWN_BYTES), path, "SIMULATION_SUMMARY_INVALID");
}

/**
 * Reads the roster at `path`: a roster file, or a membership file, whose present members are the roster.
 * @throws CLI_INPUT_UNREADABLE, CLI_INPUT_TOO_LARGE, CONSORTIUM_*, MEMBERSHIP_MALFORMED
 */
export async function readRoster(path: string): Promise<Roster> {
  const bytes = await readInput(path, "roster file", MAX_MEMBERSHIP_BYTES);
  if (isMembershipFile(bytes)) return membershipRoster(readSignedMembership(decodeMembership(bytes)), path);
  if (bytes.length > MAX_YAML_CHARACTERS) throw tooLarge(path, "roster file", MAX_YAML_CHARACTERS);
  return parseRoster(decodeText(bytes, path, "CONSORTIUM_ROSTER_INVALID"), path);
}

/**
 * Reads the plan file at `path`, with the hash of its bytes.
 * @throws CLI_INPUT_UNREADABLE, CLI_INPUT_TOO_LARGE, CONSORTIUM_PLAN_INVALID
 */
export async function readPlan(path: string): Promise<IdentifiedPlan> {
  return parsePlan(await readInput(path, "plan file"), path);
}

/** Reads the bytes of a flight recorder's trace. @throws CLI_INPUT_UNREADABLE, CLI_INPUT_TOO_LARGE */
export function readTrace(path: string): Promise<Uint8Array> {
  return readInput(path, "trace", MAX_OWN_BYTES);
}

/**
 * Reads a bundle of a ledger; nothing of it is verified.
 * @throws CLI_INPUT_UNREADABLE, CLI_INPUT_TOO_LARGE, LEDGER_BUNDLE_INVALID
 */
export async function readBundle(path: string): Promise<Bundle> {
  const bytes = await readInput(path, "bundle", MAX_OWN_BYTES);
  return parseBundle(decodeText(bytes, path, "LEDGER_BUNDLE_INVALID"));
}

/**
 * Reads the results in a simulated study's folder.
 * @throws CLI_INPUT_UNREADABLE, CLI_INPUT_TOO_LARGE, SIMULATION_SUMMARY_INVALID
 */
export async function readSummary(folder: string): Promise<StudyResults> {
  const file = join(folder, "summary.json");
  return parseSummary(await readOwnText(file, "study's summary"), file);
}
