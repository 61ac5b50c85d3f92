import type {Clock, Logger} from "../../core/index.ts";
import type {Stages} from "../../participant/index.ts";
import type {Certificate, MemberId, Report} from "../../rounds/index.ts";
import type {Validation} from "../results/evaluation.ts";
import {createOwnParts, type OwnParts} from "../site/own-parts.ts";
import {absentFrom} from "./absence.ts";
import type {EventFeed, NodeEvent, RoundSeconds} from "./event-feed.ts";
import {contentOf, isRejection} from "./report-content.ts";
import {logReport} from "./report-log.ts";

const MEDIAN_OF = 20;
/** Number of rounds in memory, more than any plan's retention; all are in the journal. */
const MAX_ROUNDS = 2000;

type Activity = Extract<NodeEvent, {type: "activity"}>["activity"];

/** Time at which a round was certified here, and its durations. */
export interface RoundTimes {
  /** Null for a round that was certified before this start of the daemon. */
  readonly certifiedWallMs: number | null;
  readonly seconds: RoundSeconds;
}

/** The parts from which a chronicle is made. */
export interface ChronicleOptions {
  readonly feed: EventFeed;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stages: Pick<Stages, "stageOf" | "rounds">;
  /** This node. */
  readonly self: MemberId;
  /** Members that train and vote. */
  readonly members: readonly MemberId[];
  /** Members of which the journal holds a proof that they contradicted themselves; none if absent. */
  readonly equivocators?: readonly MemberId[];
  nameOf(member: MemberId): string;
}

/** The news of a run for people, in the log and as events, and the durations of its rounds. */
export interface RunChronicle {
  readonly activity: Activity;
  setActivity(activity: Activity, round: number): void;
  certified(certificate: Certificate, facts: CertifiedFacts): void;
  validated(validation: Validation | null): void;
  trained(round: number, loss: number): void;
  report(report: Report): void;
  /** Records that an exchange of the asynchronous segment was applied here and is on disk. */
  exchanged(): void;
  /** Time at which the node had read its data and turned to the run, in wall-clock milliseconds. */
  readonly startedWallMs: number;
  /** Time at which the round under way began, in wall-clock milliseconds. */
  roundSinceWallMs(): number;
  /** Time at which the last round was certified, in wall-clock ms; null if none was since the start. */
  lastCertifiedWallMs(): number | null;
  /**
   * Time at which this site's part in the run last took effect, in wall-clock ms; null: not since the start.
   * A part is a round certified with its contribution, for an evaluator any certified round, or a committed
   * exchange of an asynchronous segment.
   */
  lastPartWallMs(): number | null;
  /** Usual time between two such parts in rounds like the one under way; null if unknown. */
  usualPartSeconds(): number | null;
  /** Duration of the site's own work in the round under way, so far or in all; 0 before it has begun. */
  workSeconds(): number;
  /**
   * Time since which this site waits for others, in wall-clock ms; null: it works, or has not handed in its
   * part.
   */
  waitingSinceWallMs(): number | null;
  /**
   * Durations of the last 20 rounds like the one under way (statistics or training) that are known, oldest
   * first.
   */
  recentRoundSeconds(): readonly number[];
  /** Their median; null without any. */
  medianRoundSeconds(): number | null;
  timesOf(round: number): RoundTimes;
  /** Members that contradicted themselves in this run, by name. */
  equivocators(): readonly string[];
}

/** Facts about a certified round beside its certificate. */
export interface CertifiedFacts {
  /** For this round, see `NodeView.consensusDistance`; null if the site had no model of its own in it. */
  readonly consensusDistance: number | null;
  /** True if rounds before it were missed. */
  readonly hasJumped: boolean;
}

const UNKNOWN: RoundTimes = {
  certifiedWallMs: null,
  seconds: {total: null, training: null, exchanging: null},
};

/** The median: for an even number the mean of the middle two; null without any. */
function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** A {@link RunChronicle} that begins now. */
export function createRunChronicle(options: ChronicleOptions): RunChronicle {
  return new Chronicle(options);
}

class Chronicle implements RunChronicle {
  readonly #options: ChronicleOptions;
  readonly #times = new Map<number, RoundTimes>();
  readonly #equivocators: Set<string>;
  readonly #startedMs: number;
  readonly startedWallMs: number;
  readonly #parts: OwnParts = createOwnParts();
  #activity: Activity = "waiting";
  #round: number | null = null;
  #roundMs: number;
  #roundWallMs: number;
  #trainingMs: number | null = null;
  #exchangingMs: number | null = null;
  #waitingSinceWallMs: number | null = null;
  #lastCertifiedWallMs: number | null = null;

  constructor(options: ChronicleOptions) {
    this.#options = options;
    this.#equivocators = new Set(options.equivocators?.map(options.nameOf));
    this.#startedMs = options.clock.nowMs();
    this.#roundMs = this.#startedMs;
    this.#roundWallMs = options.clock.wallMs();
    this.startedWallMs = this.#roundWallMs;
  }

  get activity(): Activity {
    return this.#activity;
  }

  setActivity(activity: Activity, round: number): void {
    const {clock, feed, stages} = this.#options;
    if (activity === "training" && this.#trainingMs === null) this.#trainingMs = clock.nowMs();
    if (activity === "exchanging") {
      this.#exchangingMs = clock.nowMs();
      this.#waitingSinceWallMs ??= clock.wallMs();
    }
    if (activity === this.#activity && round === this.#round) return;
    this.#activity = activity;
    this.#round = round;
    const stage = round < stages.rounds ? stages.stageOf(round).kind : null;
    feed.emit({type: "activity", activity, round, stage});
  }

  certified(certificate: Certificate, {consensusDistance, hasJumped}: CertifiedFacts): void {
    const {clock, feed, logger, stages, members, nameOf} = this.#options;
    const {body} = certificate;
    const {round, attempt, result} = body;
    const absent = absentFrom(certificate, members).map(nameOf);
    const seconds = hasJumped ? UNKNOWN.seconds : this.#seconds(clock.nowMs());
    this.#keep(round, {certifiedWallMs: clock.wallMs(), seconds});
    if (this.#hasPart(certificate)) this.#took(round);
    logger.debug("a round was certified", {round: round + 1, result});
    const contributors = body.contributors.map(nameOf);
    const stage = stages.stageOf(round).kind;
    feed.emit({
      type: "round",
      round,
      attempt,
      stage,
      result,
      contributors,
      absent,
      seconds,
      consensusDistance,
    });
    if (absent.length === 0) return;
    logger.warn("a round was certified without some members", {round: round + 1, absent});
    feed.emit({type: "absence", round, members: absent});
  }

  validated(validation: Validation | null): void {
    if (validation !== null) this.#options.feed.emit({type: "validation", ...validation});
  }

  trained(round: number, loss: number): void {
    this.#options.feed.emit({type: "loss", round, loss});
  }

  report(report: Report): void {
    const {feed, logger, nameOf} = this.#options;
    const {members, reason} = contentOf(report);
    const names = members.map(nameOf);
    logReport(logger, report, nameOf);
    if (report.kind === "waiting") this.#waitingSinceWallMs ??= this.#options.clock.wallMs();
    feed.emit({
      type: "report",
      kind: report.kind,
      round: report.round,
      members: names,
      reason,
      isRejection: isRejection(report),
    });
    if (report.kind === "equivocation") for (const name of names) this.#equivocators.add(name);
  }

  roundSinceWallMs(): number {
    return this.#roundWallMs;
  }

  lastCertifiedWallMs(): number | null {
    return this.#lastCertifiedWallMs;
  }

  exchanged(): void {
    this.#took(this.#underWay());
  }

  lastPartWallMs(): number | null {
    return this.#parts.lastWallMs();
  }

  usualPartSeconds(): number | null {
    return this.#parts.usualSeconds(this.#isTraining(this.#underWay()));
  }

  workSeconds(): number {
    if (this.#trainingMs === null) return 0;
    return ((this.#exchangingMs ?? this.#options.clock.nowMs()) - this.#trainingMs) / 1000;
  }

  waitingSinceWallMs(): number | null {
    return this.#waitingSinceWallMs;
  }

  recentRoundSeconds(): readonly number[] {
    const isTraining = this.#isTraining(this.#underWay());
    const known: number[] = [];
    for (const [round, {seconds}] of this.#times) {
      if (seconds.total !== null && this.#isTraining(round) === isTraining) known.push(seconds.total);
    }
    return known.slice(-MEDIAN_OF);
  }

  medianRoundSeconds(): number | null {
    return median(this.recentRoundSeconds());
  }

  timesOf(round: number): RoundTimes {
    return this.#times.get(round) ?? UNKNOWN;
  }

  equivocators(): readonly string[] {
    return [...this.#equivocators];
  }

  #keep(round: number, times: RoundTimes): void {
    this.#times.set(round, times);
    const [oldest] = this.#times.keys();
    if (this.#times.size > MAX_ROUNDS && oldest !== undefined) this.#times.delete(oldest);
    this.#lastCertifiedWallMs = times.certifiedWallMs;
    this.#roundMs = this.#options.clock.nowMs();
    this.#roundWallMs = this.#options.clock.wallMs();
    this.#trainingMs = null;
    this.#exchangingMs = null;
    this.#waitingSinceWallMs = null;
  }

  /** Tells whether this site has a part in the round; an evaluator's part is to take the result. */
  #hasPart({body}: Certificate): boolean {
    const {self, members} = this.#options;
    return !members.includes(self) || body.contributors.includes(self);
  }

  #took(round: number): void {
    const {clock} = this.#options;
    const isTraining = this.#isTraining(round);
    this.#parts.took({nowMs: clock.nowMs(), wallMs: clock.wallMs(), isTraining});
  }

  /** The round under way; after the end, the last round. */
  #underWay(): number {
    const [newest = -1] = [...this.#times.keys()].slice(-1);
    return Math.min(Math.max(newest + 1, this.#round ?? -1), this.#options.stages.rounds - 1);
  }

  #isTraining(round: number): boolean {
    return this.#options.stages.stageOf(round).kind === "training";
  }

  #seconds(nowMs: number): RoundSeconds {
    const between = (from: number | null, to: number | null): number | null =>
      from === null || to === null ? null : (to - from) / 1000;
    // The time before the first round after a start includes the wait for others, and perhaps an earlier
    // life.
    const isFirst = this.#roundMs === this.#startedMs;
    return {
      total: isFirst ? null : between(this.#roundMs, nowMs),
      training: between(this.#trainingMs, this.#exchangingMs),
      exchanging: between(this.#exchangingMs, nowMs),
    };
  }
}
