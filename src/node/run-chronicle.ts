import type {Clock, Logger} from "../core/index.ts";
import type {Certificate, MemberId, Report} from "../gossip/index.ts";
import {absentFrom} from "./absence.ts";
import type {Validation} from "./evaluation.ts";
import type {EventFeed, NodeEvent, RoundSeconds} from "./event-feed.ts";
import {logReport} from "./report-log.ts";
import type {Stages} from "./stages.ts";

const MEDIAN_OF = 20;
/** More than any plan's retention; all are in the journal. */
const MAX_ROUNDS = 2000;

type Activity = Extract<NodeEvent, {type: "activity"}>["activity"];

/** When and how a round was certified here. */
export interface RoundTimes {
  /** Null for a round that was certified before this start of the daemon. */
  readonly certifiedWallMs: number | null;
  readonly seconds: RoundSeconds;
}

/** What a chronicle is made of. */
export interface ChronicleOptions {
  readonly feed: EventFeed;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stages: Pick<Stages, "stageOf" | "rounds">;
  /** Members that train and vote. */
  readonly members: readonly MemberId[];
  nameOf(member: MemberId): string;
}

/** What people are told of a run as it goes, in the log and as events, and how long its rounds take. */
export interface RunChronicle {
  readonly activity: Activity;
  setActivity(activity: Activity, round: number): void;
  certified(certificate: Certificate, facts: CertifiedFacts): void;
  validated(validation: Validation | null): void;
  trained(round: number, loss: number): void;
  report(report: Report): void;
  /** When the round under way began, in wall-clock milliseconds. */
  roundSinceWallMs(): number;
  /** When the last round was certified; null if none was since the start. */
  lastCertifiedWallMs(): number | null;
  /** Of the last 20 rounds whose duration is known; null without any. */
  medianRoundSeconds(): number | null;
  timesOf(round: number): RoundTimes;
  /** Members that voted for two results in a ballot, by name. */
  equivocators(): readonly string[];
}

/** What is known of a certified round beside its certificate. */
export interface CertifiedFacts {
  /** See `NodeView.consensusDistance`. */
  readonly consensusDistance: number | null;
  /** Whether rounds before it were missed. */
  readonly hasJumped: boolean;
}

const UNKNOWN: RoundTimes = {
  certifiedWallMs: null,
  seconds: {total: null, training: null, exchanging: null},
};

/** Members that a report is about, and why. */
function contentOf(report: Report): {readonly members: readonly MemberId[]; readonly reason: string | null} {
  if (report.kind === "waiting") return {members: report.missing, reason: null};
  if (report.kind === "verdicts") {
    const [first] = report.verdicts;
    const reason = first === undefined ? null : `${first.verdict}: ${first.reason}`;
    return {members: report.verdicts.map(({member}) => member), reason};
  }
  const members = "member" in report ? [report.member] : [];
  return {members, reason: "reason" in report ? report.reason : null};
}

/** A {@link RunChronicle} that begins now. */
export function createRunChronicle(options: ChronicleOptions): RunChronicle {
  return new Chronicle(options);
}

class Chronicle implements RunChronicle {
  readonly #options: ChronicleOptions;
  readonly #times = new Map<number, RoundTimes>();
  readonly #equivocators = new Set<string>();
  readonly #startedMs: number;
  #activity: Activity = "waiting";
  #round: number | null = null;
  #roundMs: number;
  #roundWallMs: number;
  #trainingMs: number | null = null;
  #exchangingMs: number | null = null;
  #lastCertifiedWallMs: number | null = null;

  constructor(options: ChronicleOptions) {
    this.#options = options;
    this.#startedMs = options.clock.nowMs();
    this.#roundMs = this.#startedMs;
    this.#roundWallMs = options.clock.wallMs();
  }

  get activity(): Activity {
    return this.#activity;
  }

  setActivity(activity: Activity, round: number): void {
    const {clock, feed, stages} = this.#options;
    if (activity === "training" && this.#trainingMs === null) this.#trainingMs = clock.nowMs();
    if (activity === "exchanging") this.#exchangingMs = clock.nowMs();
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
    logger.debug("a round was certified", {round, result});
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
    logger.warn("a round was certified without some members", {round, absent});
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
    feed.emit({type: "report", kind: report.kind, round: report.round, members: names, reason});
    if (report.kind === "equivocation") for (const name of names) this.#equivocators.add(name);
  }

  roundSinceWallMs(): number {
    return this.#roundWallMs;
  }

  lastCertifiedWallMs(): number | null {
    return this.#lastCertifiedWallMs;
  }

  medianRoundSeconds(): number | null {
    const known = [...this.#times.values()].flatMap(({seconds}) => seconds.total ?? []);
    const last = known.slice(-MEDIAN_OF).sort((a, b) => a - b);
    return last[last.length >> 1] ?? null;
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
  }

  #seconds(nowMs: number): RoundSeconds {
    const between = (from: number | null, to: number | null): number | null =>
      from === null || to === null ? null : (to - from) / 1000;
    // Before the first round after a start there is the waiting for others, and perhaps an earlier life.
    const isFirst = this.#roundMs === this.#startedMs;
    return {
      total: isFirst ? null : between(this.#roundMs, nowMs),
      training: between(this.#trainingMs, this.#exchangingMs),
      exchanging: between(this.#exchangingMs, nowMs),
    };
  }
}
