import type {IdentifiedPlan} from "../consortium/index.ts";
import {createRandom, type Logger, sha256} from "../core/index.ts";
import type {PatientMatrix} from "../data/index.ts";
import {delong, evaluateScores, type Interval, logLoss, type Metrics} from "../evaluation/index.ts";
import type {
  Certificate,
  Certified,
  Contribution,
  LocalProgress,
  MemberId,
  Report,
  Restored,
  Session,
} from "../gossip/index.ts";
import {weightOf} from "../parameters/index.ts";
import {type Release, releaseAgain} from "../privacy/index.ts";
import type {RunStorage} from "../storage/index.ts";
import {patientScores} from "./patient-scores.ts";
import {encodeRecord} from "./records.ts";
import type {RoundWork} from "./round-work.ts";
import type {Site} from "./site.ts";
import type {Stages} from "./stages.ts";
import type {RunEffect, Transport} from "./transport.ts";

const SMALLEST_DISCLOSED_CLASS = 10;

/** How the newest certified model does on this site's validation patients. */
export interface Validation {
  readonly round: number;
  readonly n: number;
  /** Null where it is undefined, or withheld because a class has fewer than 10 patients. */
  readonly auroc: Interval | null;
  readonly logLoss: number | null;
}

/** The end of a run at this site. */
export interface RunOutcome {
  readonly certificate: Certificate;
  /** The final model on this site's test patients; null where it was withheld or opened before. */
  readonly test: Metrics | null;
}

/** Where a run stands at this site. */
export interface RunProgress {
  readonly activity: "waiting" | "training" | "exchanging" | "finished";
  readonly loss: number | null;
  readonly validation: Validation | null;
  readonly certificates: readonly Certificate[];
  /** Members that the last report of the protocol waits for. */
  readonly waitingFor: readonly MemberId[];
  readonly outcome: RunOutcome | null;
}

/** This site's last update; in a round of statistics it has no meaning for a later start. */
interface OwnUpdate {
  readonly round: number;
  readonly update: Float32Array;
  /** Hash of its release. */
  readonly hash: string;
}

/** What a run is made of. */
export interface RunOptions {
  readonly self: MemberId;
  /** Members that train and vote. */
  readonly members: readonly MemberId[];
  readonly plan: IdentifiedPlan;
  readonly site: Site;
  readonly stages: Stages;
  readonly storage: RunStorage;
  readonly work: RoundWork;
  readonly logger: Logger;
  readonly certificates: readonly Certificate[];
  readonly isTestOpened: boolean;
  nameOf(member: MemberId): string;
  onFatal(error: unknown): void;
}

/** One run at this site, from its first round to the opening of the test. */
export interface Run {
  /** Begins, or goes on from what was restored. */
  start(session: Session, transport: Transport, restored: Restored): void;
  onRunEffect(effect: RunEffect): void;
  progress(): RunProgress;
  /** Resolves when the run has ended and the final model has been evaluated. */
  readonly outcome: Promise<RunOutcome>;
  close(): Promise<void>;
}

/** A {@link Run}. */
export function createRun(options: RunOptions): Run {
  return new SiteRun(options);
}

class SiteRun implements Run {
  readonly outcome: Promise<RunOutcome>;
  readonly #options: RunOptions;
  readonly #certificates: Certificate[];
  #resolve: (outcome: RunOutcome) => void = () => {};
  #transport: Transport | null = null;
  #session: Session | null = null;
  #working = new AbortController();
  /** This site's last update, and the round it was made in. */
  #last: OwnUpdate | null = null;
  #activity: RunProgress["activity"] = "waiting";
  #loss: number | null = null;
  #validation: Validation | null = null;
  #waitingFor: readonly MemberId[] = [];
  #ended: RunOutcome | null = null;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#certificates = [...options.certificates];
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  start(session: Session, transport: Transport, restored: Restored): void {
    this.#session = session;
    this.#transport = transport;
    const {certified, round} = restored;
    const contribution = round?.contribution ?? null;
    if (certified !== null) transport.publish(certified.snapshot);
    this.#removeStale(restored).catch(this.#options.onFatal);
    if (certified !== null && session.view().isFinished) {
      this.#finish(certified).catch(this.#options.onFatal);
      return;
    }
    if (contribution === null) {
      void this.#workOn(certified, null);
      return;
    }
    this.#last = this.#remember(session.view().round, contribution);
    this.#activity = "exchanging";
    transport.contribute(session.view().round, releaseAgain(sha256, contribution.bytes, contribution.hash));
  }

  progress(): RunProgress {
    return {
      activity: this.#activity,
      loss: this.#loss,
      validation: this.#validation,
      certificates: this.#certificates,
      waitingFor: this.#waitingFor,
      outcome: this.#ended,
    };
  }

  async close(): Promise<void> {
    this.#working.abort();
    await this.#options.work.close();
  }

  onRunEffect(effect: RunEffect): void {
    if (effect.type === "certified") this.#onCertified(effect, effect.hasJumped);
    else this.#onReport(effect.report);
  }

  /** The round: local work on the certified snapshot, then its release goes to the protocol. */
  async #workOn(certified: Certified | null, progress: LocalProgress | null): Promise<void> {
    const {work, logger, onFatal} = this.#options;
    const round = this.#session?.view().round ?? 0;
    this.#working = new AbortController();
    const {signal} = this.#working;
    this.#activity = "training";
    try {
      const outcome = await work.run(certified, progress, signal);
      if (signal.aborted) return;
      if (outcome.isClipped) logger.warn("the update was clipped to the plan's bound", {round});
      this.#loss = outcome.loss ?? this.#loss;
      this.#last = {round, update: outcome.update, hash: outcome.release.hash};
      this.#contribute(round, outcome.release);
    } catch (error) {
      if (!signal.aborted) onFatal(error);
    }
  }

  #contribute(round: number, release: Release): void {
    this.#activity = "exchanging";
    this.#transport?.contribute(round, release);
  }

  #onCertified(certified: Certified, hasJumped: boolean): void {
    const {self, logger, nameOf, onFatal} = this.#options;
    const {body} = certified.certificate;
    const absent = this.#absent(certified.certificate).map(nameOf);
    this.#certificates.push(certified.certificate);
    this.#waitingFor = [];
    this.#working.abort();
    logger.debug("a round was certified", {round: body.round, result: body.result, absent, hasJumped});
    if (absent.length > 0)
      logger.warn("a round was certified without some members", {round: body.round, absent});
    const progress = this.#progressAfter(body.round, body.contributors.includes(self));
    this.#tidy().catch(onFatal);
    if (this.#session?.view().isFinished === true) this.#finish(certified).catch(onFatal);
    else void this.#validate(certified).then(() => this.#workOn(certified, progress), onFatal);
  }

  #absent(certificate: Certificate): MemberId[] {
    const {contributors} = certificate.body;
    return this.#options.members.filter((member) => !contributors.includes(member));
  }

  #onReport(report: Report): void {
    const {logger, nameOf, storage, onFatal} = this.#options;
    const {kind, round} = report;
    if (kind === "waiting") {
      this.#waitingFor = report.missing;
      logger.warn("waiting for members", {round, missing: report.missing.map(nameOf)});
    } else if (kind === "equivocation") {
      const {member, ballot, votes} = report;
      logger.error("a member voted for two results", {round, member: nameOf(member)});
      const record = encodeRecord({kind, round, member, ballot, votes: [...votes]});
      storage.journal.append(record).catch(onFatal);
    } else if (kind === "took-over" || kind === "left-out") {
      logger.info(kind === "left-out" ? "a round went on without this site" : "leading the round anew", {
        round,
      });
    } else {
      logger.warn("a member's part was refused", {
        round,
        member: nameOf(report.member),
        reason: report.reason,
      });
    }
  }

  async #validate(certified: Certified): Promise<void> {
    const {site, stages, work} = this.#options;
    const {round} = certified.certificate.body;
    const rows = site.split.validation;
    if (stages.stageOf(round).kind !== "training" || rows.n === 0) return;
    const {labels, scores} = patientScores(rows, await work.score(certified, rows));
    const auroc = this.#mayShow(rows) ? delong(labels, scores) : null;
    this.#validation = {
      round,
      n: rows.patients,
      auroc: auroc === null ? null : {value: auroc.value, low: auroc.low, high: auroc.high},
      logLoss: this.#mayShow(rows) ? logLoss(labels, scores) : null,
    };
  }

  /** Class-dependent figures of fewer than 10 patients of a class are shown only where the plan declares the data public. */
  #mayShow(rows: PatientMatrix): boolean {
    if (this.#options.plan.plan.privacy.disclosure === "public") return true;
    const {labels} = patientScores(rows, new Float32Array(rows.n));
    const positives = labels.reduce((sum, label) => sum + label, 0);
    return Math.min(positives, labels.length - positives) >= SMALLEST_DISCLOSED_CLASS;
  }

  async #finish(certified: Certified): Promise<void> {
    const {site, storage, work, plan, self, isTestOpened, logger} = this.#options;
    const {certificate} = certified;
    const rows = site.split.test;
    let test: Metrics | null = null;
    // The test is opened once, and that it was is on disk before anyone has seen a figure.
    if (!isTestOpened && rows.n > 0) {
      const manifest = site.split.manifestHash;
      await storage.journal.append(
        encodeRecord({kind: "test-opened", manifest, result: certificate.body.result}),
      );
      const {labels, scores} = patientScores(rows, await work.score(certified, rows));
      const random = createRandom({seed: plan.plan.seed, site: self, round: 0, purpose: "bootstrap"});
      if (this.#mayShow(rows)) test = evaluateScores({labels, scores, random});
    }
    this.#activity = "finished";
    this.#ended = {certificate, test};
    logger.info("the run has ended", {round: certificate.body.round, result: certificate.body.result});
    this.#resolve(this.#ended);
  }

  /** What this site did that the round's certificate does not contain. */
  #progressAfter(round: number, isIn: boolean): LocalProgress | null {
    const last = this.#last;
    if (last === null || this.#options.stages.stageOf(last.round).kind !== "training") return null;
    return isIn ? null : {update: last.update, gapRounds: round - last.round + 1};
  }

  #keptModels(): Set<string> {
    const {retention} = this.#options.plan.plan;
    return new Set(this.#certificates.slice(-retention.models).map(({body}) => body.result));
  }

  /** Removes what the round just certified has made useless: its contribution and the oldest model. */
  async #tidy(): Promise<void> {
    const {models} = this.#options.storage;
    const kept = this.#keptModels();
    const oldest = this.#certificates.at(-1 - this.#options.plan.plan.retention.models)?.body.result;
    if (oldest !== undefined && !kept.has(oldest)) {
      this.#transport?.withdraw(oldest);
      await models.remove(oldest);
    }
    if (this.#last !== null) await models.remove(this.#last.hash);
  }

  /** Removes what attempts before a restart left behind. */
  async #removeStale({round}: Restored): Promise<void> {
    const {models} = this.#options.storage;
    const kept = this.#keptModels();
    if (round?.held != null) kept.add(round.held.hash);
    if (round?.contribution != null) kept.add(round.contribution.hash);
    for (const hash of await models.list()) if (!kept.has(hash)) await models.remove(hash);
  }

  /** The update inside a contribution that was on disk when the node stopped. */
  #remember(round: number, {bytes, hash}: Contribution): OwnUpdate {
    const {codec, mixed} = this.#options.stages.specOf(round, null);
    const weighted = new Float64Array(mixed);
    codec.accumulate(bytes, 0, weighted);
    const weight = weightOf(bytes);
    return {round, hash, update: Float32Array.from(weighted, (value) => value / weight)};
  }
}
