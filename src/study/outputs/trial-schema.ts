import {z} from "zod";
import {at, CodedError} from "../../core/index.ts";
import type {SimulationErrorCode} from "../../simulation/index.ts";
import type {TrialResult} from "../trial-result.ts";
import {pointKey} from "./point-columns.ts";
import {pointSchema, resultRowSchema, roundRowSchema, seedSchema, workRowSchema} from "./summary-schema.ts";

const groupSchema = z.strictObject({
  test: z.string().min(1),
  isSite: z.boolean(),
  patients: z.string().min(1),
  labels: z.array(z.int().min(0)),
  scores: z.array(z.number()),
  times: z.array(z.number().positive()).optional(),
});

const trialSchema = z
  .strictObject({
    point: pointSchema,
    seed: seedSchema,
    results: z.array(resultRowSchema).min(1),
    rounds: z.array(roundRowSchema),
    work: z.array(workRowSchema),
    scores: z.array(z.strictObject({method: z.string().min(1), groups: z.array(groupSchema)})),
    stateHash: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .superRefine((trial, context) => {
    checkRows(trial, context);
    checkScores(trial, context);
  });

type ReadTrial = Omit<TrialResult, "scores"> & {
  readonly scores: readonly {
    readonly method: string;
    readonly groups: readonly z.output<typeof groupSchema>[];
  }[];
};

function refuse(context: z.RefinementCtx, path: (string | number)[], message: string): void {
  context.addIssue({code: "custom", path, message});
}

/**
 * Checks that all rows belong to the trial's point and seed, and that a diverged or stalled method has no
 * figure.
 */
function checkRows({point, seed, results, rounds, work}: ReadTrial, context: z.RefinementCtx): void {
  const key = pointKey(point);
  for (const [name, rows] of Object.entries({results, rounds, work})) {
    const foreign = rows.findIndex((row) => row.seed !== seed || pointKey(row.point) !== key);
    if (foreign >= 0) refuse(context, [name, foreign], "is of another point or seed than the trial");
  }
  const wrong = results.findIndex(({status, value}) => status !== "finished" && value !== null);
  if (wrong >= 0)
    refuse(context, ["results", wrong, "value"], "is a figure of a method that diverged or stalled");
}

/** Checks that each method of the rows is scored once, in their order. */
function checkScores({results, scores}: ReadTrial, context: z.RefinementCtx): void {
  const methods = [...new Set(results.map(({method}) => method))];
  if (methods.join("\n") !== scores.map(({method}) => method).join("\n"))
    refuse(context, ["scores"], "has not the methods of the results, in their order");
  for (const [place, {method, groups}] of scores.entries()) {
    const rows = results.filter((row) => row.method === method);
    checkGroups(rows, groups, (path, message) =>
      refuse(context, ["scores", place, "groups", ...path], message),
    );
  }
}

/**
 * Checks that a method has the groups of its rows, each with as many patients; none if it diverged or
 * stalled.
 */
function checkGroups(
  rows: ReadTrial["results"],
  groups: readonly z.output<typeof groupSchema>[],
  fault: (path: number[], message: string) => void,
): void {
  const hasNoModel = rows.some(({status}) => status !== "finished");
  const tests = hasNoModel ? [] : [...new Set(rows.map(({test}) => test))];
  if (tests.join("\n") !== groups.map(({test}) => test).join("\n")) fault([], "are not those of the results");
  for (const [at, {test, labels, scores, times = labels}] of groups.entries()) {
    const n = rows.find((row) => row.test === test)?.n;
    if (n === labels.length && n === scores.length && n === times.length) continue;
    fault([at], `has not one label and one score for each of ${n} patients`);
  }
}

/**
 * Line and column of a fault of the JSON in `text`; the end of the text if the parser does not name a place.
 */
function placeOf(text: string, error: unknown): string {
  const told = /at position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
  const lines = text.slice(0, told === undefined ? text.length : Number(told)).split("\n");
  return `${lines.length}:${at(lines, lines.length - 1).length + 1}`;
}

function invalid(message: string): CodedError<SimulationErrorCode> {
  return new CodedError("SIMULATION_TRIAL_INVALID", message, {
    hint: "Remove the file, and its trial is run again; all others are kept.",
  });
}

/**
 * The error for a kept trial that takes more than `most`, such as `2 MB`, and so cannot belong to the
 * experiment.
 */
export function trialTooLarge(name: string, most: string): CodedError<SimulationErrorCode> {
  return invalid(`${name}: is larger than ${most}, which no trial of this experiment is`);
}

/**
 * Parses a trial that an earlier, interrupted simulation kept.
 * @param name the file's name in messages
 * @throws SIMULATION_TRIAL_INVALID with the first fault and its line and column, or its key
 */
export function parseTrial(text: string, name: string): TrialResult {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw invalid(`${name}:${placeOf(text, error)}: is not JSON, or is torn off`);
  }
  const parsed = trialSchema.safeParse(read);
  if (parsed.success) {
    const {scores, ...trial} = parsed.data;
    return {...trial, scores: scores.map(({method, groups}) => ({method, groups: groups.map(groupOf)}))};
  }
  const {path, message} = at(parsed.error.issues, 0);
  throw invalid([name, ...(path.length === 0 ? [] : [path.map(String).join(".")]), message].join(": "));
}

function groupOf({times, ...group}: z.output<typeof groupSchema>) {
  return times === undefined ? group : {...group, times};
}
