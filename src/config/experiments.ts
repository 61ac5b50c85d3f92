import {readdir} from "node:fs/promises";
import {join, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {CodedError, closestName, parseYaml} from "../core/index.ts";
import {type Experiment, experimentSchema} from "./experiment-schema.ts";
import {checkSweep} from "./experiment-sweep.ts";
import {readTextFile} from "./text-file.ts";

/** The package's experiments; as far from the sources as from what is built of them. */
const EXPERIMENTS = fileURLToPath(new URL("../../config/experiments/", import.meta.url));

const checkedSchema = experimentSchema.superRefine(checkSweep);

/** An experiment and where it was read. */
export interface LoadedExperiment {
  readonly experiment: Experiment;
  /** Absolute path; relative paths in the experiment start from its folder. */
  readonly file: string;
}

/** A bundled experiment. */
export interface ExperimentName {
  readonly name: string;
  readonly title: string;
}

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
    names.map(async (name) => ({name, title: (await loadExperiment(name)).experiment.title})),
  );
}

/**
 * The file of a bundled experiment, as text.
 * @throws {CodedError} CONFIG_PRESET_UNKNOWN
 */
export async function experimentText(name: string): Promise<string> {
  return await readTextFile(await bundledFile(name));
}

/**
 * Reads an experiment: a file when `nameOrPath` has a slash or ends in .yaml or .yml, else a bundled one.
 * @throws {CodedError} CONFIG_PRESET_UNKNOWN, CONFIG_UNREADABLE; CONFIG_EXPERIMENT_INVALID with file, line and column
 */
export async function loadExperiment(nameOrPath: string): Promise<LoadedExperiment> {
  const isPath = /[/\\]|\.ya?ml$/.test(nameOrPath);
  const file = isPath ? resolve(nameOrPath) : await bundledFile(nameOrPath);
  const text = await readTextFile(file);
  return {
    experiment: parseYaml(checkedSchema, text, isPath ? nameOrPath : file, "CONFIG_EXPERIMENT_INVALID"),
    file,
  };
}
