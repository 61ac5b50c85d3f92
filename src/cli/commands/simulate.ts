import {dirname, join, resolve} from "node:path";
import {
  type Experiment,
  experimentFiles,
  experimentNames,
  loadExperiment,
  sweepPoints,
} from "../../config/index.ts";
import {formatSeconds, systemClock} from "../../core/index.ts";
import {roundWord, type StudyProgress, simulate} from "../../study/index.ts";
import {defineCommand, usageError} from "../command.ts";
import {isInterruption, watchInterruption} from "../demo/interruption.ts";
import {createProgress} from "../demo/progress.ts";
import {writeNew} from "../output-file.ts";
import {print, printable} from "../printable.ts";
import {readRuntime} from "../runtime.ts";
import {findBrowser, writePdfs, writePngs} from "../simulate/browser-files.ts";
import {openStudyFolder} from "../simulate/study-folder.ts";
import {studyTable} from "../simulate/study-table.ts";

/** Shares below this say little about the remaining time. */
const TELLING_SHARE = 0.01;

/** A command's knowledge of its own pace. */
interface StudyPace {
  readonly elapsedMs: number;
  /** Trials that were there before it began. */
  readonly earlier: number;
}

/** The progress of a simulation in one line: trial, method, round, the figure, speed and duration. */
export function simulationLine(progress: StudyProgress, {elapsedMs, earlier}: StudyPace): string {
  const {trialsDone, trials, seed, method, round, rounds, share} = progress;
  const seconds = elapsedMs / 1000;
  const own = share - earlier / trials;
  const left = own < TELLING_SHARE ? "" : ` | ${formatSeconds((seconds * (1 - share)) / own)} left`;
  const value = round.value === null ? "" : ` | ${round.value.toFixed(3)}`;
  const rate = ` | ${((60 * trials * own) / Math.max(seconds, 1e-3)).toFixed(1)} trials a minute`;
  // The plan does not say how often swarm learning merges.
  const word = roundWord(method);
  const where = `${word} ${round.round}${word === "round" ? ` of ${rounds}` : ""}`;
  return `trial ${trialsDone + 1} of ${trials} (seed ${seed}) | ${method} ${where}${value}${rate}${left}`;
}

/** Flags that override the file. */
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
  const experiments = await experimentNames();
  for (const {name, title, takes, needsSharedData} of experiments) {
    const needs = needsSharedData ? "; needs CONSILIUM_SHARED_DATA" : "";
    print(`${name.padEnd(24)}${title}\n${"".padEnd(24)}about ${takes} on two busy cores${needs}`);
  }
  return 0;
}

async function writePreset(name: string): Promise<number> {
  const files = await experimentFiles(name);
  for (const [file, text] of files) await writeNew(file, text);
  print(`Wrote ${[...files.keys()].join(", ")}. Next: npx consilium simulate ${name}.yaml`);
  return 0;
}

interface Run {
  readonly experiment: Experiment;
  /** Folder from which relative paths in the experiment start. */
  readonly folder: string;
  readonly out: string;
  readonly resumes: boolean;
  readonly threads: number | undefined;
  /** The browser and the formats of the pictures; null if none are asked for. */
  readonly drawing: Drawing | null;
}

/** Files that a browser draws beside the results. */
interface Drawing {
  readonly browser: string;
  readonly png: boolean;
  readonly pdf: boolean;
}

/** Looks for the browser before anything is run, and not hours later. */
async function drawingOf(asked: Omit<Drawing, "browser">): Promise<Drawing | null> {
  return asked.png || asked.pdf ? {...asked, browser: await findBrowser(process.env)} : null;
}

async function draw({browser, png, pdf}: Drawing, pictures: readonly string[], page: string): Promise<void> {
  if (png) await writePngs(browser, pictures);
  if (pdf) await writePdfs(browser, pictures, page);
}

async function run({experiment, folder, out, resumes, threads, drawing}: Run): Promise<number> {
  // The experiment with the flags is checked against its schema before anything is written.
  sweepPoints(experiment);
  const place = await openStudyFolder(out, experiment, resumes);
  const watch = watchInterruption();
  const progress = createProgress(process.stderr, () => systemClock.nowMs());
  const startMs = systemClock.nowMs();
  let [earlier, ended, trials] = [0, 0, 0];
  try {
    const results = await simulate(experiment, {
      folder,
      variables: process.env,
      async earlier(mostBytes) {
        const kept = await place.earlier(mostBytes);
        earlier = kept.length;
        ended = earlier;
        return kept;
      },
      tell(site, text) {
        progress.end();
        process.stderr.write(`${site}: ${text}\n`);
      },
      signal: watch.signal,
      runtime: readRuntime(),
      ...(threads === undefined ? {} : {threads}),
      onRound(state) {
        trials = state.trials;
        progress.show(simulationLine(state, {elapsedMs: systemClock.nowMs() - startMs, earlier}));
      },
      async onTrial(trial, soFar) {
        await place.keep(trial);
        await place.write(soFar);
        ended += 1;
      },
    });
    const pictures = await place.write(results);
    progress.end();
    if (drawing !== null) await draw(drawing, pictures, join(out, "report.html"));
    process.stdout.write(printable(studyTable(results)));
    print(`Results: ${out} (open ${join(out, "report.html")})`);
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
    list: {type: "boolean", describe: "list the presets, how long they take and what they need"},
    init: {type: "string", describe: "write this preset's files here, to change them"},
    seed: {type: "number", describe: "of the first repeat (default the file's)"},
    repeats: {type: "number", describe: "how often, each time with the next seed (default the file's)"},
    engine: {choices: ["fast", "full"], describe: "with every message or without (default the file's)"},
    png: {type: "boolean", describe: "the pictures as PNG too, drawn by Chromium (CHROMIUM or PATH)"},
    pdf: {type: "boolean", describe: "the pictures and the report as PDF too, drawn by Chromium"},
    threads: {type: "number", describe: "threads that train (default one a processor, at most 8)"},
  },
  async handler(
    {out, resume = false, list = false, init, threads, png, pdf, ...overrides},
    {experiment: name},
  ) {
    if (list) return await listExperiments();
    if (init !== undefined) {
      if (name !== undefined)
        throw usageError(`--init takes one preset, and ${name} is a second`, "Leave one of them out.");
      return await writePreset(init);
    }
    if (name === undefined)
      throw usageError("an experiment is needed", "Name a file or a preset; --list shows them.");
    const {experiment, file} = await loadExperiment(name);
    return await run({
      experiment: overridden(experiment, overrides),
      folder: dirname(file),
      out: resolve(out ?? join("results", experiment.name)),
      resumes: resume,
      threads,
      drawing: await drawingOf({png: png === true, pdf: pdf === true}),
    });
  },
});
