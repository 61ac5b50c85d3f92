import type {z} from "zod";
import {closestName, parseValue, type SchemaIssue, schemaIssue} from "../core/index.ts";
import {type Experiment, experimentSchema} from "./experiment-schema.ts";

const MAX_POINTS = 1000;

/** What tells experiments or versions of the file apart, not points of one. */
const FIXED: readonly string[] = ["formatVersion", "name", "title", "sweep"];

/** One point of a sweep. */
export interface SweepPoint {
  /** Swept keys with their values, in the file's order; empty without a sweep. */
  readonly point: Readonly<Record<string, unknown>>;
  /** The experiment at this point: it has no sweep. */
  readonly experiment: Experiment;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy of `map` with `value` at the end of `path`; or, where it leads nowhere, which part of it does not. */
function placed(
  map: unknown,
  path: readonly string[],
  value: unknown,
): {readonly copy: unknown} | {readonly missing: string} {
  const [key = "", ...rest] = path;
  if (!isMap(map)) return {missing: `"${key}"`};
  if (rest.length === 0) return {copy: {...map, [key]: value}};
  const inner = Object.hasOwn(map, key) ? map[key] : undefined;
  if (!isMap(inner)) {
    const meant = closestName(key, Object.keys(map));
    return {
      missing: meant === undefined || meant === key ? `"${key}"` : `"${key}" (did you mean "${meant}"?)`,
    };
  }
  const below = placed(inner, rest, value);
  return "missing" in below ? below : {copy: {...map, [key]: below.copy}};
}

const nameOf = ({path}: SchemaIssue): string => path.map(String).join(".");

/** What is wrong with one swept value: where within the value, or elsewhere in the experiment because of it. */
function faultOf(experiment: unknown, key: string, value: unknown): SchemaIssue | undefined {
  const path = key.split(".");
  if (FIXED.includes(path[0] ?? "")) return {path: [], message: `"${key}" cannot be swept`};
  const changed = placed(experiment, path, value);
  if ("missing" in changed) {
    return {path: [], message: `the experiment has no such key: it has no map ${changed.missing}`};
  }
  const issue = schemaIssue(experimentSchema, changed.copy);
  if (issue === undefined) return undefined;
  const isAbove = issue.path.every((part, index) => part === path[index]);
  if (isAbove) return {path: [], message: issue.message};
  const isWithin = path.every((part, index) => part === issue.path[index]);
  if (isWithin) return {path: issue.path.slice(path.length), message: issue.message};
  return {path: [], message: `makes ${nameOf(issue)} wrong: ${issue.message}`};
}

function pointsOf(sweep: Experiment["sweep"]): Readonly<Record<string, unknown>>[] {
  return Object.entries(sweep).reduce<Record<string, unknown>[]>(
    (points, [key, values]) => points.flatMap((point) => values.map((value) => ({...point, [key]: value}))),
    [{}],
  );
}

/** The experiment as a file would have it with the point's values in place. */
function changedBy(experiment: Experiment, point: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(point).reduce<unknown>(
    (changed, [key, value]) => {
      const next = placed(changed, key.split("."), value);
      return "missing" in next ? changed : next.copy;
    },
    {...experiment, sweep: {}},
  );
}

function checkPoints(experiment: Experiment, context: z.RefinementCtx): void {
  const {sweep} = experiment;
  const count = Object.values(sweep).reduce((product, values) => product * values.length, 1);
  const refuse = (message: string): void => context.addIssue({code: "custom", path: ["sweep"], message});
  if (count > MAX_POINTS) {
    refuse(`has ${count} points, more than ${MAX_POINTS}`);
    return;
  }
  for (const point of pointsOf(sweep)) {
    const issue = schemaIssue(experimentSchema, changedBy(experiment, point));
    if (issue === undefined) continue;
    refuse(`at ${JSON.stringify(point)} ${nameOf(issue)}: ${issue.message}`);
    return;
  }
}

/** Refuses swept keys that an experiment does not have, and values that it could not have there. */
export function checkSweep({sweep, ...rest}: Experiment, context: z.RefinementCtx): void {
  const experiment = {...rest, sweep: {}};
  // What is wrong without the sweep has been told.
  if (schemaIssue(experimentSchema, experiment) !== undefined) return;
  let isSound = true;
  for (const [key, values] of Object.entries(sweep)) {
    values.forEach((value, index) => {
      const fault = faultOf(experiment, key, value);
      if (fault === undefined) return;
      isSound = false;
      context.addIssue({code: "custom", path: ["sweep", key, index, ...fault.path], message: fault.message});
    });
  }
  if (isSound) checkPoints({...rest, sweep}, context);
}

/**
 * The points of an experiment's sweep: every combination of its values, the first key's changing slowest.
 * @throws {CodedError} CONFIG_EXPERIMENT_INVALID where the experiment was changed since `loadExperiment` checked it, or
 * made without it
 */
export function sweepPoints(experiment: Experiment): readonly SweepPoint[] {
  const name = `experiment ${experiment.name}`;
  return pointsOf(experiment.sweep).map((point) => {
    const changed = changedBy(experiment, point);
    return {point, experiment: parseValue(experimentSchema, changed, name, "CONFIG_EXPERIMENT_INVALID")};
  });
}
