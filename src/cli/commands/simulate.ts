import {dirname, join, resolve} from "node:path";
import {type Experiment, experimentNames, experimentText, loadExperiment} from "../../config/index.ts";
import {systemClock} from "../../core/index.ts";
import {simulate} from "../../simulation/index.ts";
import {defineCommand, usageError} from "../command.ts";
import {isInterruption, watchInterruption} from "../demo/interruption.ts";
import {createProgress} from "../demo/progress.ts";
import {writeNew} from "../output-file.ts";
import {findBrowser, writePngs} from "../simulate/png-files.ts";
import {simulationLine} from "../simulate/progress-line.ts";
import {openStudyFolder} from "../simulate/study-folder.ts";
import {studyTable} from "../simulate/study-table.ts";
import {ownVersion} from "../version.ts";

/** Flags that stand above what the file says. */
interface Overrides {
  readonly seed?: number | undefined;
  readonly repeats?: number | undefined;
  readonly engine?: string | undefined;
}

function overridden(experiment: Experiment, {seed, repeats, engine}: Overrides): Experiment {
  return {
    ...experiment,
    ...(seed === undefined ? {} : {seed}),
    ...(repeats === undefined ? {} : {repeats}),
    ...(engine === "fast" || engine === "full" ? {engine} : {}),
  };
}

async function listExperiments(): Promise<number> {
  for (const {name, title} of await experimentNames()) console.log(`${name.padEnd(24)}${title}`);
  return 0;
}

async function writePreset(name: string): Promise<number> {
  const file = `${name}.yaml`;
  await writeNew(file, await experimentText(name));
  console.log(`Wrote ${file}. Next: consilium simulate ${file}`);
  return 0;
}

interface Run {
  readonly experiment: Experiment;
  /** Where relative paths in the experiment start. */
  readonly folder: string;
  readonly out: string;
  readonly resumes: boolean;
  readonly threads: number | undefined;
  /** Draws the pictures as PNG; null: nobody asked. */
  readonly browser: string | null;
}

async function run({experiment, folder, out, resumes, threads, browser}: Run): Promise<number> {
  const place = await openStudyFolder(out, experiment, resumes);
  const watch = watchInterruption();
  const progress = createProgress(process.stderr, () => systemClock.nowMs());
  const startMs = systemClock.nowMs();
  let ended = place.earlier.length;
  let trials = ended;
  try {
    const results = await simulate(experiment, {
      folder,
      variables: process.env,
      earlier: place.earlier,
      signal: watch.signal,
      runtime: {
        consilium: ownVersion(),
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
      },
      ...(threads === undefined ? {} : {threads}),
      onRound(state) {
        trials = state.trials;
        progress.show(
          simulationLine(state, {elapsedMs: systemClock.nowMs() - startMs, earlier: place.earlier.length}),
        );
      },
      async onTrial(trial, soFar) {
        await place.keep(trial);
        await place.write(soFar);
        ended += 1;
      },
    });
    const pictures = await place.write(results);
    progress.end();
    if (browser !== null) await writePngs(browser, pictures);
    process.stdout.write(studyTable(results));
    console.log(`Results: ${out} (open ${join(out, "report.html")})`);
    return 0;
  } catch (error) {
    progress.end();
    if (!isInterruption(watch, error)) throw error;
    const all = trials > ended ? ` of ${trials}` : "";
    process.stderr.write(`Interrupted; ${ended}${all} trials are in ${out}. Go on with --resume.\n`);
    return error.status;
  } finally {
    watch.stop();
  }
}

/** `consilium simulate`. */
export const simulateCommand = defineCommand({
  command: "simulate [experiment]",
  describe: "try a network on virtual time, beside baselines, and write a report",
  positionals: {experiment: "an experiment file or a preset's name"},
  options: {
    out: {type: "string", describe: "folder for the results (default results/NAME)"},
    resume: {type: "boolean", describe: "go on with an interrupted simulation"},
    list: {type: "boolean", describe: "list the presets"},
    init: {type: "string", describe: "write this preset's file here, to change it"},
    seed: {type: "number", describe: "of the first repeat (default the file's)"},
    repeats: {type: "number", describe: "how often, each time with the next seed (default the file's)"},
    engine: {choices: ["fast", "full"], describe: "with every message or without (default the file's)"},
    png: {type: "boolean", describe: "the pictures as PNG too, drawn by Chromium (CHROMIUM or PATH)"},
    threads: {type: "number", describe: "threads that train (default one a processor)"},
  },
  async handler(
    {out, resume = false, list = false, init, threads, png = false, ...overrides},
    {experiment: name},
  ) {
    if (list) return await listExperiments();
    if (init !== undefined) return await writePreset(init);
    if (name === undefined)
      throw usageError("an experiment is needed", "Name a file or a preset; --list shows them.");
    const {experiment, file} = await loadExperiment(name);
    return await run({
      experiment: overridden(experiment, overrides),
      folder: dirname(file),
      out: resolve(out ?? join("results", experiment.name)),
      resumes: resume,
      threads,
      // Before anything is run, and not hours later.
      browser: png ? await findBrowser(process.env) : null,
    });
  },
});
