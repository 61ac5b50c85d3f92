import {type ChildProcess, spawn} from "node:child_process";
import {text} from "node:stream/consumers";
import {fileURLToPath} from "node:url";
import {expect} from "vitest";
import type {PlanSettings} from "../../../src/config/index.ts";
import {runId} from "../../../src/consortium/index.ts";
import type {Network} from "../../../src/network/index.ts";
import {roundsAnswerSchema} from "../../../src/status/answers/list-answers.ts";
import {bearerOf} from "../bearer.ts";
import {type Consortium, createConsortium, type Site} from "../consortium.ts";
import type {NodeStatus} from "../daemon.ts";
import {expectSameModel} from "../progress.ts";
import {type Contributing, type Mallory, type MalloryOptions, openMallory} from "./mallory.ts";
import {type Act, planActs, playing, type Window} from "./play.ts";
import {type Recomputed, type Spread, Witness} from "./witness.ts";

const MEMBERS = ["north", "south", "east", "west"];
const HEALTH_PROBE = fileURLToPath(new URL("./health-probe.mjs", import.meta.url));
const END_LIMIT_MS = 120_000;
/** The two rounds of statistics, that in which the trainers open, and five by which the usual time is known. */
const OPENING = 8;
const DEADLINE = {minimumSeconds: 0.2, maximumSeconds: 3};

/** A run with mallory in it. */
export interface SiegeOptions {
  /** What mallory does, one after the other; it is honest before and after. */
  readonly acts: readonly Act[];
  /** Of training; two of statistics come before them. */
  readonly rounds: number;
  /** The round in which the first act begins; the usual time of a round is measured before. */
  readonly opening?: number;
  readonly contributing?: Contributing;
  readonly settings?: Partial<PlanSettings>;
  readonly deadline?: {readonly minimumSeconds: number; readonly maximumSeconds: number};
  readonly arithmetic?: MalloryOptions["arithmetic"];
  readonly wrap?: MalloryOptions["wrap"];
  /** Goes on beside the run once the opening is reached. */
  readonly beside?: (siege: Siege) => Promise<void>;
  /** What is still to be seen of the daemons when the run has ended. */
  readonly after?: (siege: Siege) => Promise<void>;
}

/** A run that has begun. */
export interface Siege {
  readonly consortium: Consortium;
  /** The daemons. */
  readonly honest: readonly Site[];
  /** Who attacks. */
  readonly liar: Site;
  readonly mallory: Mallory;
  readonly witness: Witness;
  /** The rounds of each act, by name. */
  readonly windows: ReadonlyMap<string, Window>;
}

/** What an honest daemon was like at the end of a run. */
export interface Survivor {
  readonly site: Site;
  readonly status: NodeStatus;
  readonly lines: readonly string[];
  /** Seconds of each round that it knows of, by round. */
  readonly seconds: ReadonlyMap<number, number>;
  /** Names of the contributors, by round. */
  readonly contributors: ReadonlyMap<number, readonly string[]>;
  /** Resident bytes when the attack began, and at the end. */
  readonly rss: {readonly before: number; readonly after: number};
  /** How long /healthz took before the first attack and from then on, in milliseconds. */
  readonly healthMs: {readonly before: readonly number[]; readonly after: readonly number[]};
}

/** What has come of a run. */
export interface Outcome extends Pick<Siege, "windows" | "liar"> {
  readonly survivors: readonly Survivor[];
  /** Rounds whose result was recomputed from what the contributors committed. */
  readonly checked: readonly Recomputed[];
  /** Each mixed value of the second round of statistics, and between which of the honest members' it must lie. */
  readonly statistics: readonly Spread[];
  readonly opening: number;
  readonly maximumSeconds: number;
}

/** Four members of which more than two thirds decide, in exact binary32, as quick as it goes. */
function fourMembers({rounds, settings, deadline = DEADLINE}: SiegeOptions): Promise<Consortium> {
  return createConsortium({
    sites: MEMBERS,
    rounds,
    localSteps: 2,
    deadline,
    settings: {
      quorum: {rule: "two-thirds", weightShare: 0.5},
      mixing: {mode: "rounds", schedule: "all", codec: "f32", robust: "none", outer: "none"},
      ...settings,
    },
  });
}

/** Makes that site mallory whose turns to lead let it play all acts soonest. */
function castLiar(
  {sites, plan, lastRound}: Consortium,
  {acts, opening = OPENING}: SiegeOptions,
): {readonly liar: Site; readonly planned: readonly Window[]} {
  const members = sites.map(({peerId}) => peerId).sort();
  const run = runId(plan.hash, 1);
  const casts = sites.map((liar) => ({
    liar,
    planned: planActs(acts, opening, {run, members, self: liar.peerId}),
  }));
  const end = (windows: readonly Window[]): number => windows.at(-1)?.last ?? opening;
  const [first] = casts.toSorted((a, b) => end(a.planned) - end(b.planned));
  if (first === undefined || end(first.planned) + 2 > lastRound) throw new Error("the run is too short");
  return first;
}

async function openSiege(consortium: Consortium, options: SiegeOptions): Promise<Siege> {
  const {liar, planned} = castLiar(consortium, options);
  const {acts, contributing = (_, bytes) => bytes, wrap, arithmetic = {}} = options;
  const honest = consortium.sites.filter((site) => site !== liar);
  const [first, ...others] = honest;
  if (first === undefined) throw new Error("nobody is honest");
  const from = await consortium.start(first);
  await Promise.all(others.map((site) => consortium.start(site, from)));
  const seen: {network?: Network; witness?: Witness} = {};
  const mallory = await openMallory(consortium, {
    site: liar,
    from,
    script: playing(acts, planned),
    arithmetic,
    ...(wrap === undefined ? {} : {wrap}),
    contributing(round, bytes) {
      const told = contributing(round, bytes);
      seen.witness?.keep(liar.peerId, round, told);
      return told;
    },
    onOpen(stages, network) {
      seen.network = network;
      seen.witness = new Witness(stages);
    },
    hear(member, frame) {
      if (seen.network !== undefined) seen.witness?.hear(member, frame, seen.network);
    },
  });
  const {witness} = seen;
  if (witness === undefined) throw new Error("mallory has not opened");
  const windows = new Map(acts.map(({name}, index) => [name, planned[index] ?? {first: 0, last: 0}]));
  return {consortium, honest, liar, mallory, witness, windows};
}

/** Bytes of memory that a site's daemon takes. */
export async function residentBytes({daemon}: Site): Promise<number> {
  const metrics = (await daemon?.ask("/metrics")) ?? "";
  return Number(/^process_resident_memory_bytes(?:\{.*\})? (\S+)$/m.exec(metrics)?.[1]);
}

async function watchHealth({daemon, configPath}: Site): Promise<ChildProcess> {
  const {authorization = ""} = await bearerOf(configPath);
  const words = [`${daemon?.url()}/healthz`, authorization.replace("Bearer ", "")];
  return spawn(process.execPath, [HEALTH_PROBE, ...words], {stdio: ["ignore", "pipe", "inherit"]});
}

async function endWatch(probe: ChildProcess): Promise<number[]> {
  const said = probe.stdout === null ? Promise.resolve("[]") : text(probe.stdout);
  if (!probe.kill("SIGTERM")) throw new Error(`the probe of health has ended with ${probe.exitCode}`);
  return JSON.parse(await said) as number[];
}

async function roundsOf({daemon}: Site): Promise<Pick<Survivor, "seconds" | "contributors">> {
  const answer = roundsAnswerSchema.parse(JSON.parse((await daemon?.ask("/v1/rounds?limit=2000")) ?? ""));
  const seconds = answer.data.flatMap(({round, seconds: {total}}) =>
    total === null ? [] : ([[round, total]] as const),
  );
  const contributors = answer.data.map(({round, contributors: names}) => [round, names] as const);
  return {seconds: new Map(seconds), contributors: new Map(contributors)};
}

async function survivorOf(site: Site, before: number, healthMs: Survivor["healthMs"]): Promise<Survivor> {
  const [status] = [await site.daemon?.status()];
  if (status === null || status === undefined) throw new Error(`${site.name} has no status`);
  const rss = {before, after: await residentBytes(site)};
  return {site, status, lines: [...(site.daemon?.lines ?? [])], ...(await roundsOf(site)), rss, healthMs};
}

/** Follows a run from the first attack to its end. */
async function observe(siege: Siege, options: SiegeOptions, probes: ChildProcess[]): Promise<Outcome> {
  const {consortium, honest, witness, mallory, windows, liar} = siege;
  const {opening = OPENING, deadline = DEADLINE} = options;
  for (const site of honest) probes.push(await watchHealth(site));
  await consortium.until("the attack's first round", END_LIMIT_MS, async () => {
    const seen = (await consortium.statuses(honest)).map(({round}) => round);
    return Math.min(...seen) >= opening ? true : null;
  });
  const before = await Promise.all(honest.map(residentBytes));
  const healthBefore = await Promise.all(probes.splice(0).map(endWatch));
  for (const site of honest) probes.push(await watchHealth(site));
  await options.beside?.(siege);
  await expectSameModel(consortium, honest, END_LIMIT_MS);
  const health = await Promise.all(probes.splice(0).map(endWatch));
  const survivors = await Promise.all(
    honest.map((site, at) =>
      survivorOf(site, before[at] ?? Number.NaN, {before: healthBefore[at] ?? [], after: health[at] ?? []}),
    ),
  );
  // A robust rule makes no means.
  const {mixing} = consortium.plan.plan;
  const isMean = mixing.mode === "rounds" && mixing.robust === "none";
  const checked = isMean ? witness.distances(mallory.certified) : [];
  const members = honest.map(({peerId}) => peerId);
  const statistics = witness.spreads(mallory.certified, 1, members);
  return {survivors, checked, statistics, windows, opening, maximumSeconds: deadline.maximumSeconds, liar};
}

/** Runs four members, one of which attacks, to the end, and ends the daemons; what holds is for the caller to say. */
export async function besiege(options: SiegeOptions): Promise<Outcome> {
  const consortium = await fourMembers(options);
  let siege: Siege | null = null;
  const probes: ChildProcess[] = [];
  try {
    siege = await openSiege(consortium, options);
    const outcome = await observe(siege, options, probes);
    for (const {daemon, name} of siege.honest) expect((await daemon?.end("SIGTERM"))?.status, name).toBe(0);
    await options.after?.(siege);
    return outcome;
  } finally {
    for (const probe of probes) probe.kill("SIGKILL");
    await siege?.mallory.close();
    siege?.witness.close();
    await consortium.close();
  }
}
