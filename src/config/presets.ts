import {readdir} from "node:fs/promises";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {CodedError, closestName, parseYaml} from "../core/index.ts";
import {type PlanSettings, planSettingsSchema} from "./plan-settings.ts";
import {readTextFile} from "./text-file.ts";

/** The package's presets, at the same distance from the sources as from their build. */
const PRESETS = fileURLToPath(new URL("../../config/presets/", import.meta.url));
const PLAN_SUFFIX = ".plan.yaml";

/** A task with frozen plan settings, by name. */
export interface Preset {
  readonly name: string;
  /** Absolute path of its task file. */
  readonly taskFile: string;
  readonly settings: PlanSettings;
}

/** The names of the presets that come with the package, in ascending order. */
export async function presetNames(): Promise<string[]> {
  const names = await readdir(PRESETS);
  return names
    .filter((name) => name.endsWith(PLAN_SUFFIX))
    .map((name) => name.slice(0, -PLAN_SUFFIX.length))
    .sort();
}

/**
 * Reads plan settings from a file of the same form as a preset's `NAME.plan.yaml`.
 * @throws {CodedError} CONFIG_UNREADABLE, CONFIG_PRESET_INVALID
 */
export async function loadPlanSettings(path: string): Promise<PlanSettings> {
  return parseYaml(planSettingsSchema, await readTextFile(path), path, "CONFIG_PRESET_INVALID");
}

/**
 * Reads the preset of that name.
 * @throws {CodedError} CONFIG_PRESET_UNKNOWN, CONFIG_PRESET_INVALID
 */
export async function findPreset(name: string): Promise<Preset> {
  const names = await presetNames();
  if (!names.includes(name)) {
    const meant = closestName(name, names);
    const question = meant === undefined ? "" : `Did you mean "${meant}"? `;
    throw new CodedError("CONFIG_PRESET_UNKNOWN", `there is no preset "${name}"`, {
      data: {name},
      hint: `${question}Presets: ${names.join(", ")}.`,
    });
  }
  const settings = await loadPlanSettings(join(PRESETS, `${name}${PLAN_SUFFIX}`));
  return {name, taskFile: join(PRESETS, `${name}.task.yaml`), settings};
}
