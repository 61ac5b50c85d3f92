import path from "node:path";
import {setTimeout as pause} from "node:timers/promises";
import {createRandom} from "../../../src/core/index.ts";
import type {CertificateBody} from "../../../src/rounds/index.ts";
import {type Consortium, createConsortium, type Site} from "../../../test/process/consortium.ts";
import {canMount, moveToSmallDisk, type SmallDisk} from "../../../test/process/small-disk.ts";
import type {Second} from "./agreement.ts";
import {type DayReport, type Happened, reportOf} from "./day-report.ts";
import {expectedHealth, type Observed} from "./expected-health.ts";
import {type JournalWatch, watchJournal} from "./journal-watch.ts";
import {type Incident, writeScript} from "./script.ts";

const SITES = ["north", "south", "east", "west"] as const;
const SITE_WITH_SMALL_DISK = "east";
const DEADLINE = {minimumSeconds: 0.2, maximumSeconds: 5};
const FIRST_OF_TRAINING = 2;
const LOOK_EVERY_MS = 100;
const ASK_EVERY_MS = 1000;
const ANSWER_LIMIT_MS = 2500;
const START_LIMIT_MS = 60_000;
/** A slow member works so long, and stands still so long, in turn. */
const SLOW = {worksMs: 100, standsMs: 400};
const CUT = path.resolve(import.meta.dirname, "../../../test/process/network-cut.mjs");

/** How long a day is, and what decides its script. */
export interface DayOptions {
  readonly seed: number;
  readonly daySeconds: number;
  /** Longest that a mishap lasts. */
  readonly longestSeconds: number;
  readonly quietSeconds: number;
  /** More rounds than the day has room for. */
  readonly rounds: number;
  readonly diskBytes: number;
}

/** A node as the day has it. */
interface Watched {
  readonly site: Site;
  readonly observed: Observed;
  readonly journal: JournalWatch;
  readonly seconds: Second[];
  parts: number;
}

class Day {
  readonly #consortium: Consortium;
  readonly #options: DayOptions;
  readonly #disk: SmallDisk | null;
  readonly #watched: readonly Watched[];
  #beganMs = performance.now();
  #isOver = false;

  constructor(consortium: Consortium, disk: SmallDisk | null, options: DayOptions) {
    this.#consortium = consortium;
    this.#disk = disk;
    this.#options = options;
    this.#watched = consortium.sites.map((site) => ({
      site,
      observed: {startedMs: null, partsMs: [], hasEnded: false},
      journal: watchJournal(site.state),
      seconds: [],
      parts: 0,
    }));
  }

  async run(
    script: Iterable<Incident>,
  ): Promise<{watched: readonly Watched[]; happened: readonly Happened[]}> {
    const [first, ...others] = this.#watched;
    const looking = this.#look();
    if (first !== undefined) await this.#start(first.site);
    await Promise.all(others.map(({site}) => this.#start(site)));
    await this.#consortium.until("everyone's first part", START_LIMIT_MS, () =>
      this.#watched.every(({parts}) => parts > 0) ? true : null,
    );
    this.#beganMs = performance.now();
    const asking = this.#ask();
    const happened = await this.#follow(script);
    await this.#until(this.#options.daySeconds);
    this.#isOver = true;
    await Promise.all([looking, asking]);
    return {watched: this.#watched, happened};
  }

  /** Brings the mishaps about, with quiet times before and after each, as far as the day has room. */
  async #follow(script: Iterable<Incident>): Promise<readonly Happened[]> {
    const {daySeconds, quietSeconds} = this.#options;
    const happened: Happened[] = [];
    for (const incident of script) {
      await pause(1000 * quietSeconds);
      const fromSeconds = this.#seconds();
      const toSeconds = fromSeconds + incident.lastsSeconds;
      if (toSeconds + quietSeconds > daySeconds) break;
      await this.#bring(incident, toSeconds);
      happened.push({...incident, fromSeconds, toSeconds});
    }
    return happened;
  }

  #seconds(): number {
    return (performance.now() - this.#beganMs) / 1000;
  }

  async #until(atSeconds: number): Promise<void> {
    await pause(Math.max(0, 1000 * (atSeconds - this.#seconds())));
  }

  #watchedOf(site: Site): Watched {
    const found = this.#watched.find((watched) => watched.site === site);
    if (found === undefined) throw new Error(`nobody watches ${site.name}`);
    return found;
  }

  /** Starts a daemon that knows the address of one that runs. */
  async #start(site: Site): Promise<void> {
    const {observed, journal} = this.#watchedOf(site);
    const others = this.#consortium.sites.filter(
      (other) => other !== site && other.daemon?.hasEnded() === false,
    );
    const statuses = await Promise.all(others.map(async ({daemon}) => (await daemon?.status()) ?? null));
    const from = statuses.find((status) => status !== null) ?? undefined;
    await journal.look();
    observed.partsMs = [];
    const daemon = await this.#consortium.launch(site, from);
    observed.startedMs = performance.now();
    await this.#consortium.until(`the first status of ${site.name}`, START_LIMIT_MS, () => daemon.status());
  }

  async #bring({mishap, site: name}: Incident, end: number): Promise<void> {
    const site = this.#consortium.site(name);
    const {daemon} = site;
    if (daemon === null) throw new Error(`${name} was never started`);
    switch (mishap) {
      case "kill":
      case "restart":
        await daemon.end(mishap === "kill" ? "SIGKILL" : "SIGTERM");
        await this.#until(end);
        return this.#start(site);
      case "freeze":
        daemon.signal("SIGSTOP");
        await this.#until(end);
        return daemon.signal("SIGCONT");
      case "cut":
        daemon.signal("SIGUSR2");
        await this.#until(end);
        return daemon.signal("SIGUSR2");
      case "full-disk":
        await this.#disk?.fill(0);
        await Promise.race([daemon.ended, this.#until(end)]);
        await this.#until(end);
        await this.#disk?.free();
        return daemon.hasEnded() ? this.#start(site) : undefined;
      case "slow":
        while (this.#seconds() < end) {
          daemon.signal("SIGSTOP");
          await pause(SLOW.standsMs);
          daemon.signal("SIGCONT");
          await pause(SLOW.worksMs);
        }
        return undefined;
    }
  }

  /** What the certificates say, ten times a second. */
  async #look(): Promise<void> {
    while (!this.#isOver) {
      for (const watched of this.#watched) {
        const {site, observed, journal} = watched;
        if (site.daemon?.hasEnded() === true) observed.startedMs = null;
        for (const body of await journal.look()) this.#note(watched, body);
      }
      await pause(LOOK_EVERY_MS);
    }
  }

  #note(watched: Watched, {round, contributors}: CertificateBody): void {
    const {site, observed} = watched;
    if (observed.startedMs === null || !contributors.includes(site.peerId)) return;
    // Rounds of statistics come first, and are quicker: they say nothing of how long training takes.
    if (round === FIRST_OF_TRAINING) observed.partsMs = observed.partsMs.slice(-1);
    observed.partsMs.push(performance.now());
    watched.parts += 1;
    observed.hasEnded = round === this.#consortium.lastRound;
  }

  /** What the nodes say, each second, beside what is to be expected at that moment. */
  async #ask(): Promise<void> {
    for (let atSeconds = 1; !this.#isOver; atSeconds++) {
      await this.#until(atSeconds);
      const nowMs = performance.now();
      const asked = this.#watched.map(async ({site, observed, seconds}) => {
        const isExpected = expectedHealth(observed, nowMs, DEADLINE.maximumSeconds);
        const isHealthy = (await site.daemon?.isHealthy(ANSWER_LIMIT_MS)) ?? false;
        seconds.push({atSeconds, isExpected, isHealthy});
      });
      // A node that gives no answer must not keep the others from being asked.
      await Promise.race([Promise.all(asked), pause(ASK_EVERY_MS)]);
    }
    await pause(ANSWER_LIMIT_MS);
  }
}

/** One day of four real daemons on this machine with a script of mishaps, watched by an observer of their certificates. */
export async function runDay(options: DayOptions): Promise<DayReport> {
  const {seed, longestSeconds, rounds, diskBytes} = options;
  const random = createRandom({seed, site: "day", round: 0, purpose: "script"});
  const consortium = await createConsortium({
    sites: SITES,
    rounds,
    localSteps: 400,
    deadline: DEADLINE,
    nodeFlags: ["--import", CUT],
  });
  const disk = canMount()
    ? await moveToSmallDisk(consortium.site(SITE_WITH_SMALL_DISK).state, diskBytes)
    : null;
  try {
    const siteWithSmallDisk = disk === null ? null : SITE_WITH_SMALL_DISK;
    const script = writeScript({sites: SITES, siteWithSmallDisk, longestSeconds}, random);
    const {watched, happened} = await new Day(consortium, disk, options).run(script);
    const leftOut = disk === null ? ["full-disk: this user can mount no small disk"] : [];
    return reportOf(watched, happened, {...options, deadlineSeconds: DEADLINE.maximumSeconds}, leftOut);
  } finally {
    disk?.unmount();
    await consortium.close();
  }
}
