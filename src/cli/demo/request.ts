import {existsSync} from "node:fs";
import {isAbsolute, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {findPreset, type PlanSettings} from "../../config/index.ts";
import {closestName} from "../../core/index.ts";
import {type LocatedTask, readTask} from "../../data/index.ts";
import {usageError} from "../command.ts";

const DEFAULT_PRESET = "synthetic-heart";
const DEFAULT_SEED = 42;
const LEAST_SITES = 2;
/** As far from the sources as from what is built of them. */
const SHARED_DATA_BESIDE = fileURLToPath(new URL("../../../../shared/data", import.meta.url));

/** Variables of the environment, by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The demo's flags that decide what is run. */
export interface DemoFlags {
  /** A preset's name or the path of a task file. */
  readonly data?: string | undefined;
  /** Names with commas between them. */
  readonly sites?: string | undefined;
  readonly rounds?: number | undefined;
  readonly seed?: number | undefined;
  readonly standardisation?: "site" | "federated" | undefined;
  readonly codec?: "f32" | "fp16" | undefined;
}

/** What a demo runs. */
export interface DemoRequest {
  /** Absolute path of the task file. */
  readonly taskFile: string;
  readonly located: LocatedTask;
  readonly sites: readonly string[];
  readonly seed: number;
  readonly settings: PlanSettings;
  /** Whether the settings are another task's, so that the weights must be fitted to the sites' sizes. */
  readonly isOwnTask: boolean;
  /** The environment of the daemons; it says where the shared data is. */
  readonly variables: Variables;
}

function withSharedData(variables: Variables): Variables {
  const {CONSILIUM_SHARED_DATA: named} = variables;
  if (named !== undefined && named !== "") return {...variables, CONSILIUM_SHARED_DATA: resolve(named)};
  return existsSync(SHARED_DATA_BESIDE)
    ? {...variables, CONSILIUM_SHARED_DATA: SHARED_DATA_BESIDE}
    : variables;
}

async function sourceOf(data: string): Promise<Pick<DemoRequest, "taskFile" | "settings" | "isOwnTask">> {
  const isFile = isAbsolute(data) || /[/\\]|\.ya?ml$/.test(data);
  const {taskFile, settings} = await findPreset(isFile ? DEFAULT_PRESET : data);
  if (!isFile) return {taskFile, settings, isOwnTask: false};
  const privacy = {...settings.privacy, disclosure: "consent"} as const;
  return {taskFile: resolve(data), settings: {...settings, privacy}, isOwnTask: true};
}

function chosenSites(flag: string | undefined, known: readonly string[]): string[] {
  const names = flag === undefined ? [...known] : [...new Set(flag.split(",").map((name) => name.trim()))];
  for (const name of names) {
    if (known.includes(name)) continue;
    const meant = closestName(name, known);
    const hint = meant === undefined ? `Sites: ${known.join(", ")}.` : `Did you mean "${meant}"?`;
    throw usageError(`--sites: the task has no site "${name}"`, hint);
  }
  if (names.length >= LEAST_SITES) return names;
  throw usageError("a demo needs at least two sites", `Sites of the task: ${known.join(", ")}.`);
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
 * What the flags ask for, with the preset's frozen settings where they say nothing.
 * @throws CLI_USAGE, CONFIG_PRESET_UNKNOWN, DATA_TASK_UNREADABLE, DATA_TASK_INVALID
 */
export async function resolveRequest(flags: DemoFlags, environment: Variables): Promise<DemoRequest> {
  const {data = DEFAULT_PRESET, rounds, codec, standardisation} = flags;
  checkNumber("rounds", rounds, [1, 100_000]);
  checkNumber("seed", flags.seed, [0, 0xffff_ffff]);
  const {taskFile, settings, isOwnTask} = await sourceOf(data);
  const located = await readTask(taskFile);
  const seed = flags.seed ?? settings.seed ?? DEFAULT_SEED;
  return {
    taskFile,
    located,
    isOwnTask,
    seed,
    sites: chosenSites(flags.sites, Object.keys(located.task.sites)),
    variables: withSharedData(environment),
    settings: {
      ...settings,
      seed,
      rounds: rounds ?? settings.rounds,
      mixing: {...settings.mixing, codec: codec ?? settings.mixing.codec},
      task: {standardisation: standardisation ?? settings.task.standardisation},
    },
  };
}
