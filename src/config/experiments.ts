import {readdir} from "node:fs/promises";
import {dirname, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {CodedError, closestName, parseYaml} from "../core/index.ts";
import {type Experiment, experimentSchema} from "./experiment-schema.ts";
import {checkSweep} from "./experiment-sweep.ts";
import {findPreset, presetNames} from "./presets.ts";
import {readTextFile} from "./text-file.ts";

/** The package's experiments, at the same distance from the sources as from their build. */
const EXPERIMENTS = fileURLToPath(new URL("../../config/experiments/", import.meta.url));

const checkedSchema = experimentSchema.superRefine(checkSweep);

/** An experiment and the file that it was read from. */
export interface LoadedExperiment {
  readonly experiment: Experiment;
  /** Absolute path; relative paths in the experiment start from its folder. */
  readonly file: string;
}

/** A bundled experiment. */
export interface ExperimentName {
  readonly name: string;
  readonly title: string;
  /** Duration with all its seeds on two busy cores, in words. */
  readonly takes: string;
  /** True if its tables are not in the package but in the folder that CONSILIUM_SHARED_DATA names. */
  readonly needsSharedData: boolean;
}

/** Measured durations; docs/experiment-file.md tells more. */
const TAKES: Readonly<Record<string, string>> = {
  byzantine: "14 minutes",
  churn: "3 minutes",
  "csv-sites": "23 s",
  "dress-rehearsal": "73 s",
  "fed-heart-disease": "2 minutes",
  "fed-tcga-brca": "23 s",
  partition: "75 s",
  saldanha2022: "36 minutes",
  "saldanha2022-efficiency": "80 minutes",
  "scale-10k": "36 s",
  "swarm-tcga-crc": "57 minutes",
  topologies: "22 minutes",
};

async function bundledNames(): Promise<string[]> {
  const names = await readdir(EXPERIMENTS);
  return names.flatMap((name) => /^([^.]+)\.yaml$/.exec(name)?.[1] ?? []).sort();
}

async function bundledFile(name: string): Promise<string> {
  const names = await bundledNames();
  if (names.includes(name)) return join(EXPERIMENTS, `${name}.yaml`);
  const meant = closestName(name, names);
  const question = meant === undefined ? "" : `Did you mean "${meant}"? `;
  throw new CodedError("CONFIG_PRESET_UNKNOWN", `there is no experiment "${name}"`, {
    data: {name},
    hint: `${question}Experiments: ${names.join(", ")}; a file's name ends in .yaml.`,
  });
}

/** The experiments that come with the package, by ascending name. */
export async function experimentNames(): Promise<ExperimentName[]> {
  const names = await bundledNames();
  return await Promise.all(
    names.map(async (name) => {
      const {experiment, file} = await loadExperiment(name);
      const {[name]: takes = "unknown"} = TAKES;
      return {name, title: experiment.title, takes, needsSharedData: await readsSharedData(experiment, file)};
    }),
  );
}

async function readsSharedData({data}: Experiment, file: string): Promise<boolean> {
  if (data.source !== "task") return false;
  const isPreset = (await presetNames()).includes(data.task);
  const task = isPreset ? (await findPreset(data.task)).taskFile : resolve(dirname(file), data.task);
  return (await readTextFile(task)).includes("${CONSILIUM_SHARED_DATA}");
}

/**
 * The files of a bundled experiment as text, by their paths: its own first, then those of the folder with its
 * name.
 * @throws {CodedError} CONFIG_PRESET_UNKNOWN
 */
export async function experimentFiles(name: string): Promise<ReadonlyMap<string, string>> {
  const own = await bundledFile(name);
  const folder = (await readdir(EXPERIMENTS)).includes(name) ? await readdir(join(EXPERIMENTS, name)) : [];
  const texts = new Map([[`${name}.yaml`, await readTextFile(own)]]);
  for (const file of folder.sort())
    texts.set(join(name, file), await readTextFile(join(EXPERIMENTS, name, file)));
  return texts;
}

/**
 * Reads an experiment: a file if `nameOrPath` has a slash or ends in .yaml or .yml, else a bundled one.
 * @throws {CodedError} CONFIG_PRESET_UNKNOWN, CONFIG_UNREADABLE; CONFIG_EXPERIMENT_INVALID with file, line
 *   and column
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {loadExperiment} from "consilium";
 *
 * const {experiment} = await loadExperiment("partition");
 * assert.equal(experiment.title, "Eight nodes, a partition and a crash (invented rows)");
 * assert.deepEqual(experiment.baselines, ["pooled", "fedavg"]);
 * ```
 */
export async function loadExperiment(nameOrPath: string): Promise<LoadedExperiment> {
  const isPath = /[/\\]|\.ya?ml$/.test(nameOrPath);
  const file = isPath ? resolve(nameOrPath) : await bundledFile(nameOrPath);
  const text = await readTextFile(file, "CONFIG_EXPERIMENT_INVALID");
  return {
    experiment: parseYaml(checkedSchema, text, isPath ? nameOrPath : file, "CONFIG_EXPERIMENT_INVALID"),
    file,
  };
}
