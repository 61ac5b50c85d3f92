import {rm} from "node:fs/promises";
import {join} from "node:path";
import type {PlanSettings} from "../../config/index.ts";
import {type Clock, CodedError, present} from "../../core/index.ts";
import {featuresOf, type Task} from "../../data/index.ts";
import type {ComputeBackend} from "../../model/index.ts";
import {type FinalModel, readFinalModel} from "../../node/index.ts";
import {readExternalSites, readSites, type SiteData} from "../../simulation/index.ts";
import {createLocalExperiment, inThreads} from "../../study/index.ts";
import type {CliErrorCode} from "../errors.ts";
import {makeTemporary} from "../output-file.ts";
import {type Contest, compare, type Judged, trainBaselines} from "./comparison.ts";
import type {NodeStatus} from "./daemon.ts";
import {type Fleet, startFleet} from "./fleet.ts";
import {withFiles} from "./generated-task.ts";
import {createProgress, type ProgressSink, progressLine} from "./progress.ts";
import type {RunReport} from "./report.ts";
import type {DemoRequest} from "./request.ts";
import type {ModelScores} from "./scores.ts";
import {prepareWorkspace, type Workspace} from "./workspace.ts";

/** The surroundings of a demo. */
export interface DemoEnvironment {
  readonly clock: Clock;
  /** Trains the baselines and scores the models here; the caller closes it. */
  readonly backend: ComputeBackend;
  /** Receives the progress. */
  readonly sink: ProgressSink;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** True if the workspace stays. */
  readonly isKept: boolean;
}

/** The result of one run, and the models that it compared. */
export interface DemoRun {
  readonly report: RunReport;
  readonly contest: Contest;
  /** Scores from which the report's figures are computed. */
  readonly scores: readonly ModelScores[];
  /** The settings of the plan that was run. */
  readonly settings: PlanSettings;
}

/**
 * Fits the settings to the sites of a task that is not the preset's own: N0 becomes the power of two that
 * holds the largest.
 */
function fitted({settings, isOwnTask}: DemoRequest, sites: readonly SiteData[]): PlanSettings {
  if (!isOwnTask) return settings;
  const largest = Math.max(...sites.map(({split}) => split.train.patients));
  const reference = 2 ** Math.ceil(Math.log2(largest));
  return {...settings, weights: {...settings.weights, reference, cap: reference}};
}

async function inWorkspace<Result>(
  {sink, isKept}: DemoEnvironment,
  action: (root: string) => Promise<Result>,
): Promise<Result> {
  const root = await makeTemporary("consilium-demo-");
  try {
    return await action(root);
  } finally {
    if (isKept) sink.write(`Kept: ${root}\n`);
    else await rm(root, {recursive: true, force: true});
  }
}

async function showAddresses({daemons}: Fleet, token: string, {sink}: DemoEnvironment): Promise<void> {
  for (const {site, statusUrl} of daemons) sink.write(`  ${site.name}: ${await statusUrl}/\n`);
  sink.write(`  Each asks for this token: ${token}\n`);
}

async function follow(fleet: Fleet, {sink, clock}: DemoEnvironment): Promise<NodeStatus[]> {
  const progress = createProgress(sink, () => clock.nowMs());
  try {
    return await fleet.follow((view) => progress.show(progressLine(view)));
  } finally {
    progress.end();
  }
}

/** Absences by round, from 1; all daemons report the same certificates. */
function absencesOf(statuses: readonly NodeStatus[]): RunReport["absent"] {
  const byRound = new Map(
    statuses.flatMap(({absences}) => absences.map(({round, absent}) => [round, absent] as const)),
  );
  return [...byRound].map(([round, sites]) => ({round: round + 1, sites})).sort((a, b) => a.round - b.round);
}

interface Learned {
  readonly statuses: readonly NodeStatus[];
  readonly final: Contest["final"];
}

/** Starts the daemons on a workspace below `root`, follows them to the end and reads the learned model. */
async function learn(
  request: DemoRequest & {readonly root: string},
  settings: PlanSettings,
  environment: DemoEnvironment,
): Promise<Learned> {
  const {root, variables} = request;
  const workspace = await prepareWorkspace({...request, root, settings});
  const fleet = await startFleet({workspace, variables, ...environment});
  try {
    environment.sink.write(`${fleet.daemons.length} daemons run, each beside its own data; dashboards:\n`);
    await showAddresses(fleet, workspace.token, environment);
    const statuses = await follow(fleet, environment);
    await fleet.close();
    return {statuses, final: await readCommonModel(workspace, request.task)};
  } finally {
    await fleet.close();
  }
}

/** The input of {@link reportOf}. */
interface Findings {
  readonly contest: Contest;
  readonly figures: Judged["figures"];
  readonly statuses: readonly NodeStatus[];
  readonly seconds: number;
}

function reportOf({contest, figures, statuses, seconds}: Findings): RunReport {
  const {seed, rounds} = contest.experiment.plan;
  const entries = <Value>(value: (status: NodeStatus) => Value): Record<string, Value> =>
    Object.fromEntries(statuses.map((status) => [status.site, value(status)]));
  return {
    seed,
    backend: [...new Set(statuses.map(({backend}) => backend ?? "none"))].join("+"),
    rounds,
    wall_seconds: seconds,
    ...figures,
    final_parameters_sha256: entries(({result}) => present(result, "the end of a run that has ended").model),
    bytes: entries(({bytesSent: sent, bytesReceived: received}) => ({sent, received})),
    absent: absencesOf(statuses),
  };
}

/**
 * Waits for two tasks that end together: when one fails, the other is aborted and ends before this rejects.
 */
async function together<First, Second>(
  outer: AbortSignal,
  first: (signal: AbortSignal) => Promise<First>,
  second: (signal: AbortSignal) => Promise<Second>,
): Promise<[First, Second]> {
  const inner = new AbortController();
  const signal = AbortSignal.any([outer, inner.signal]);
  const tasks = [first(signal), second(signal)] as const;
  try {
    return await Promise.all(tasks);
  } catch (error) {
    inner.abort(error);
    await Promise.allSettled(tasks);
    outer.throwIfAborted();
    throw error;
  }
}

/**
 * Runs one demo: real daemons on this machine learn together, then their model is compared with the local
 * ones and the pooled one. Only here are all sites' rows read in one place.
 * @throws CLI_*, DATA_*, and any error with which a daemon ends; the signal's reason when it aborts
 */
export async function runDemo(request: DemoRequest, environment: DemoEnvironment): Promise<DemoRun> {
  return await inWorkspace(environment, async (root) => {
    const startMs = environment.clock.nowMs();
    const source = await withFiles(request, join(root, "data"));
    const run = await runOn({...request, ...source, root}, environment);
    const seconds = Number(((environment.clock.nowMs() - startMs) / 1000).toFixed(3));
    const {figures, scores} = compare(run.contest);
    const {contest, settings} = run;
    return {contest, settings, scores, report: reportOf({...run, figures, seconds})};
  });
}

async function runOn(
  request: DemoRequest & {readonly root: string},
  environment: DemoEnvironment,
): Promise<Pick<Findings, "contest" | "statuses"> & Pick<DemoRun, "settings">> {
  const {task, seed, evaluators: external} = request;
  const {backend, signal: outer} = environment;
  const told = new Map<string, string[]>();
  const tell = (site: string, text: string): void => void told.set(text, [...(told.get(text) ?? []), site]);
  const sites = await readSites({...request, tell});
  const evaluators = await readExternalSites({...request, sites: external, tell});
  const settings = fitted(request, sites);
  const experiment = createLocalExperiment(backend, {...settings, seed}, featuresOf(task));
  const [{statuses, final}, baselines] = await together(
    outer,
    (signal) => learn(request, settings, {...environment, signal}),
    (signal) => trainBaselines(inThreads(experiment, backend.name, signal), sites),
  );
  // At the end, beside the figures that they are about.
  for (const [text, names] of told) environment.sink.write(`${text} (${names.join(", ")})\n`);
  return {contest: {experiment, baselines, evaluators, final}, settings, statuses};
}

const FIRST_ATTEMPT = 1;

/**
 * Reads the final model from every site's state directory, after its daemon has ended, and checks that all
 * hold the same bytes.
 * @throws CLI_MODELS_DIFFER, NODE_RUN_UNFINISHED, STORAGE_*, PARAMETERS_*
 */
export async function readCommonModel(workspace: Workspace, task: Task): Promise<FinalModel> {
  const models: FinalModel[] = [];
  for (const {state} of workspace.sites) {
    models.push(await readFinalModel({state, plan: workspace.plan, attempt: FIRST_ATTEMPT, task}));
  }
  const [first] = models;
  const hashes = new Set(models.map(({hash}) => hash));
  // The store checks the bytes against their hash, so equal hashes are equal bytes.
  if (first !== undefined && hashes.size === 1) return first;
  const code: CliErrorCode = "CLI_MODELS_DIFFER";
  throw new CodedError(code, `${models.length} hospitals ended with ${hashes.size} different models`, {
    hint: "This must not happen: please report it with the daemon.log of each site (--keep).",
  });
}
