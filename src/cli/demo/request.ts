import {existsSync} from "node:fs";
import {isAbsolute, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {findPreset, type PlanSettings} from "../../config/index.ts";
import {closestName} from "../../core/index.ts";
import {readTask, type Task} from "../../data/index.ts";
import {usageError} from "../command.ts";
import type {TaskAt} from "./generated-task.ts";

const DEFAULT_PRESET = "synthetic-crc";
/** The presets whose settings serve a task that has none of its own. */
const PRESET_OF_KIND: Readonly<Record<Task["kind"], string>> = {
  tabular: "synthetic-heart",
  slides: "synthetic-crc",
};
const DEFAULT_SEED = 42;
const LEAST_SITES = 2;
/** At the same distance from the sources as from their build. */
const SHARED_DATA_BESIDE = fileURLToPath(new URL("../../../../shared/data", import.meta.url));

/** Variables of the environment, by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The flags that decide what the demo runs. */
export interface DemoFlags {
  /** A preset's name or the path of a task file. */
  readonly data?: string | undefined;
  /** Names with commas between them. */
  readonly sites?: string | undefined;
  /** Names with commas between them. */
  readonly external?: string | undefined;
  readonly leaveOneSiteOut?: boolean | undefined;
  readonly rounds?: number | undefined;
  readonly seed?: number | undefined;
  readonly standardisation?: "site" | "federated" | undefined;
  readonly codec?: "f32" | "fp16" | undefined;
}

/** The run that a demo makes. */
export interface DemoRequest extends TaskAt {
  /** Sites that train. */
  readonly sites: readonly string[];
  /** Sites that only evaluate the final model. */
  readonly evaluators: readonly string[];
  /** True if there is one run for each site, and a different site only evaluates in each. */
  readonly isEachLeftOut: boolean;
  readonly seed: number;
  readonly settings: PlanSettings;
  /** True if the settings are another task's: then the weights must be fitted to the sites' sizes. */
  readonly isOwnTask: boolean;
  /** The environment of the daemons; it names the place of the shared data. */
  readonly variables: Variables;
}

function withSharedData(variables: Variables): Variables {
  const {CONSILIUM_SHARED_DATA: named} = variables;
  if (named !== undefined && named !== "") return {...variables, CONSILIUM_SHARED_DATA: resolve(named)};
  return existsSync(SHARED_DATA_BESIDE)
    ? {...variables, CONSILIUM_SHARED_DATA: SHARED_DATA_BESIDE}
    : variables;
}

type Source = TaskAt & Pick<DemoRequest, "settings" | "isOwnTask">;

async function sourceOf(data: string): Promise<Source> {
  const isFile = isAbsolute(data) || /[/\\]|\.ya?ml$/.test(data);
  if (!isFile) {
    const {taskFile, settings} = await findPreset(data);
    return {taskFile, ...(await readTask(taskFile)), settings, isOwnTask: false};
  }
  const taskFile = resolve(data);
  const located = await readTask(taskFile);
  const {settings} = await findPreset(PRESET_OF_KIND[located.task.kind]);
  const privacy = {...settings.privacy, disclosure: "consent"} as const;
  return {taskFile, ...located, settings: {...settings, privacy}, isOwnTask: true};
}

function knownNames(option: string, flag: string, known: readonly string[]): string[] {
  const names = [...new Set(flag.split(",").map((name) => name.trim()))];
  for (const name of names) {
    if (known.includes(name)) continue;
    const meant = closestName(name, known);
    const hint = meant === undefined ? `Sites: ${known.join(", ")}.` : `Did you mean "${meant}"?`;
    throw usageError(`--${option}: the task has no site "${name}"`, hint);
  }
  return names;
}

/** The sites that train and those that only evaluate: from the flags, else from the task. */
function rolesOf({sites, external, leaveOneSiteOut}: DemoFlags, task: Task) {
  const known = Object.keys(task.sites);
  const chosen = sites === undefined ? known : knownNames("sites", sites, known);
  const isEachLeftOut = leaveOneSiteOut ?? (task.external === "each" && external === undefined);
  const declared = task.external === "each" ? [] : task.external;
  const evaluators = external === undefined ? declared : knownNames("external", external, known);
  const isEvaluator = (name: string): boolean => !isEachLeftOut && evaluators.includes(name);
  const trainers = chosen.filter((name) => !isEvaluator(name));
  if (trainers.length < LEAST_SITES) {
    throw usageError("a demo needs at least two sites that train", `Sites of the task: ${known.join(", ")}.`);
  }
  return {sites: trainers, evaluators: known.filter(isEvaluator), isEachLeftOut};
}

function checkNumber(
  name: string,
  value: number | undefined,
  [least, most]: readonly [number, number],
): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw usageError(`--${name} takes a whole number from ${least} to ${most}`, `Such as --${name} 20.`);
}

/**
 * Turns the flags into a request, with the preset's frozen settings if they name none.
 * @throws CLI_USAGE, CONFIG_PRESET_UNKNOWN, DATA_TASK_UNREADABLE, DATA_TASK_INVALID
 */
export async function resolveRequest(flags: DemoFlags, environment: Variables): Promise<DemoRequest> {
  const {data = DEFAULT_PRESET, rounds, codec, standardisation} = flags;
  checkNumber("rounds", rounds, [1, 100_000]);
  checkNumber("seed", flags.seed, [0, 0xffff_ffff]);
  const {settings, ...source} = await sourceOf(data);
  const seed = flags.seed ?? settings.seed ?? DEFAULT_SEED;
  return {
    ...source,
    ...rolesOf(flags, source.task),
    seed,
    variables: withSharedData(environment),
    settings: {
      ...settings,
      seed,
      rounds: rounds ?? settings.rounds,
      mixing: codec === undefined ? settings.mixing : {...settings.mixing, codec},
      task: {standardisation: standardisation ?? settings.task.standardisation},
    },
  };
}
