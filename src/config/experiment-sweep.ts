import type {z} from "zod";
import {at, closestName, parseValue, type SchemaIssue, schemaIssue} from "../core/index.ts";
import {type Experiment, experimentSchema} from "./experiment-schema.ts";

const MAX_POINTS = 1000;
const LABEL = /^[^\r\n]{1,60}$/;

/** Keys that distinguish experiments or versions of the file, not points of one. */
const FIXED: readonly string[] = ["formatVersion", "name", "title", "sweep"];

/** One point of a sweep. */
export interface SweepPoint {
  /** Swept keys with their values, or with the values' labels, in the file's order; empty without a sweep. */
  readonly point: Readonly<Record<string, unknown>>;
  /** The experiment at this point, without a sweep. */
  readonly experiment: Experiment;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy of `map` with `value` at the end of `path`; or, if the path leads nowhere, its missing part. */
function placed(
  map: unknown,
  path: readonly string[],
  value: unknown,
): {readonly copy: unknown} | {readonly missing: string} {
  const key = at(path, 0);
  const rest = path.slice(1);
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

/** The fault in the name of the value at `index`: no text, or the name of an earlier value. */
function faultOfName(entries: readonly unknown[], index: number): SchemaIssue | undefined {
  const named = entries.map(sweptValue);
  const own = named[index];
  if (own === undefined) return undefined;
  const isLabel = own.shown !== own.value;
  if (isLabel && (typeof own.shown !== "string" || !LABEL.test(own.shown)))
    return {path: ["label"], message: "must be a text of 1 to 60 characters in one line"};
  const same = named.findIndex(({shown}) => JSON.stringify(shown) === JSON.stringify(own.shown));
  return same < index
    ? {path: [], message: `is shown as value ${same + 1} is: label it otherwise`}
    : undefined;
}

/** The fault of one swept value: within the value, or elsewhere in the experiment because of it. */
function faultOf(experiment: unknown, key: string, value: unknown): SchemaIssue | undefined {
  const path = key.split(".");
  if (FIXED.includes(at(path, 0))) return {path: [], message: `"${key}" cannot be swept`};
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

/** A value to try and its display: its label or, without one, itself. */
export interface SweptValue {
  readonly value: unknown;
  readonly shown: unknown;
}

/** A value of a sweep as the file has it, `{label, value}` or bare. */
export function sweptValue(entry: unknown): SweptValue {
  const isLabelled = isMap(entry) && Object.keys(entry).sort().join() === "label,value";
  if (!isLabelled) return {value: entry, shown: entry};
  const {label, value} = entry;
  return {value, shown: label};
}

function pointsOf(sweep: Experiment["sweep"]): Readonly<Record<string, SweptValue>>[] {
  return Object.entries(sweep).reduce<Record<string, SweptValue>[]>(
    (points, [key, entries]) =>
      points.flatMap((point) => entries.map((entry) => ({...point, [key]: sweptValue(entry)}))),
    [{}],
  );
}

/** The display of a point's values. */
function shownOf(point: Readonly<Record<string, SweptValue>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(point).map(([key, {shown}]) => [key, shown]));
}

/** The experiment with the point's values in place, as a file would have it. */
function changedBy(experiment: Experiment, point: Readonly<Record<string, SweptValue>>): unknown {
  return Object.entries(point).reduce<unknown>(
    (changed, [key, {value}]) => {
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
    refuse(`at ${JSON.stringify(shownOf(point))} ${nameOf(issue)}: ${issue.message}`);
    return;
  }
}

/** Refuses swept keys that an experiment does not have, and values that those keys cannot take. */
export function checkSweep({sweep, ...rest}: Experiment, context: z.RefinementCtx): void {
  const experiment = {...rest, sweep: {}};
  // Faults without the sweep have been reported.
  if (schemaIssue(experimentSchema, experiment) !== undefined) return;
  let isSound = true;
  for (const [key, values] of Object.entries(sweep)) {
    values.forEach((entry, index) => {
      const {value, shown} = sweptValue(entry);
      const misnamed = faultOfName(values, index);
      const fault = misnamed ?? faultOf(experiment, key, value);
      if (fault === undefined) return;
      isSound = false;
      const inner = misnamed === undefined && shown !== value ? ["value"] : [];
      const path = ["sweep", key, index, ...inner, ...fault.path];
      context.addIssue({code: "custom", path, message: fault.message});
    });
  }
  if (isSound) checkPoints({...rest, sweep}, context);
}

/**
 * The points of an experiment's sweep: every combination of its values; the value of the first key changes
 * slowest.
 * @throws {CodedError} CONFIG_EXPERIMENT_INVALID if the experiment was changed since `loadExperiment` checked
 *   it, or made without it
 */
export function sweepPoints(experiment: Experiment): readonly SweepPoint[] {
  const name = `experiment ${experiment.name}`;
  return pointsOf(experiment.sweep).map((point) => {
    const changed = changedBy(experiment, point);
    return {
      point: shownOf(point),
      experiment: parseValue(experimentSchema, changed, name, "CONFIG_EXPERIMENT_INVALID"),
    };
  });
}
