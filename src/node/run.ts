import type {Plan} from "../consortium/index.ts";
import {type Logger, sha256} from "../core/index.ts";
import type {Metrics} from "../evaluation/index.ts";
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
import {releaseAgain} from "../privacy/index.ts";
import type {RunStorage} from "../storage/index.ts";
import {evaluateTest, mayShowLabelsOf, type Validation, validate} from "./evaluation.ts";
import {outdatedResult, removeStale} from "./model-retention.ts";
import {OwnUpdates} from "./own-updates.ts";
import {encodeRecord, type SiteLine} from "./records.ts";
import {releasedUpdate} from "./released-update.ts";
import {logReport} from "./report-log.ts";
import type {RoundWork} from "./round-work.ts";
import type {Site} from "./site.ts";
import {standingLines} from "./site-state.ts";
import type {Stages} from "./stages.ts";
import type {RunEffect, Transport} from "./transport.ts";

/** More than any plan's retention; all are in the journal. */
const MAX_CERTIFICATES_IN_MEMORY = 2000;

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
  /** The newest ones, oldest first. */
  readonly certificates: readonly Certificate[];
  /** Members that the last report of the protocol waits for. */
  readonly waitingFor: readonly MemberId[];
  readonly outcome: RunOutcome | null;
}

/** What a run is made of. */
export interface RunOptions {
  readonly self: MemberId;
  /** Members that train and vote. */
  readonly members: readonly MemberId[];
  readonly plan: Plan;
  readonly site: Site;
  readonly stages: Stages;
  readonly storage: RunStorage;
  readonly work: RoundWork;
  readonly logger: Logger;
  readonly certificates: readonly Certificate[];
  readonly isTestOpened: boolean;
  /** What the journal says of the states that the site keeps for itself. */
  readonly siteLines: readonly SiteLine[];
  nameOf(member: MemberId): string;
  onFatal(error: unknown): void;
}

/** One run at this site, from its first round to the opening of the test. */
export class Run {
  /** Resolves when the run has ended and the final model has been evaluated. */
  readonly outcome: Promise<RunOutcome>;
  readonly #options: RunOptions;
  readonly #certificates: Certificate[];
  #resolve: (outcome: RunOutcome) => void = () => {};
  #transport: Transport | null = null;
  #session: Session | null = null;
  #working = new AbortController();
  readonly #updates: OwnUpdates;
  #activity: RunProgress["activity"] = "waiting";
  #loss: number | null = null;
  readonly #showsLoss: boolean;
  #validation: Validation | null = null;
  #waitingFor: readonly MemberId[] = [];
  #ended: RunOutcome | null = null;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#updates = new OwnUpdates(
      options.self,
      (round) => options.stages.stageOf(round).kind === "training",
    );
    this.#showsLoss = mayShowLabelsOf(options.site.split.train, options.plan);
    this.#certificates = options.certificates.slice(-MAX_CERTIFICATES_IN_MEMORY);
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Clears away what a restart left behind, before anything new is written that would be taken for stale. */
  async prepare(restored: Restored): Promise<void> {
    const {storage, plan, siteLines: lines, certificates, self} = this.#options;
    const {settled, pending} = standingLines({lines, certificates, self});
    const standing = [settled, pending].flatMap((line) => (line === undefined ? [] : [line.state]));
    await removeStale(storage.models, this.#certificates, plan.retention.models, {restored, standing});
  }

  /** Begins, or goes on from what was restored; in one go, so that nothing can happen in between. */
  start(session: Session, transport: Transport, restored: Restored): void {
    this.#session = session;
    this.#transport = transport;
    const {certified, round} = restored;
    if (certified !== null) transport.publish(certified.snapshot);
    if (certified !== null && session.view().isFinished) this.#run(() => this.#finish(certified));
    else if (round?.contribution == null) this.#begin(certified, null);
    else this.#contributeAgain(session.view().round, round.contribution);
  }

  /** Where the run stands now. */
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

  /** Stops the work at hand. */
  async close(): Promise<void> {
    this.#working.abort();
    await this.#options.work.close();
  }

  /** Takes what the protocol has to say. */
  onRunEffect(effect: RunEffect): void {
    if (effect.type === "certified") this.#onCertified(effect);
    else if (effect.type === "work") this.#run(() => this.#workOnUnit(effect));
    else if (effect.type === "report") this.#onReport(effect.report);
  }

  #run(task: () => Promise<void>): void {
    task().catch(this.#options.onFatal);
  }

  #begin(certified: Certified | null, progress: LocalProgress | null): void {
    const {members, self} = this.#options;
    // An evaluator takes the results and trains nothing.
    if (!members.includes(self)) return;
    const {segment, round} = this.#session?.view() ?? {segment: null, round: 0};
    if (segment === null) this.#run(() => this.#workOn(certified, progress));
    else this.#transport?.handle({type: "begin", round});
  }

  /** A unit of an asynchronous segment. */
  async #workOnUnit({round, unit, start}: Extract<RunEffect, {type: "work"}>): Promise<void> {
    const {signal} = this.#working;
    const {work, logger} = this.#options;
    const certified = this.#session?.view().certified ?? null;
    this.#activity = "training";
    try {
      const {release, loss, isClipped} = await work.runUnit(certified, {unit, start}, signal);
      if (signal.aborted) return;
      if (isClipped) logger.warn("the update was clipped to the plan's bound", {round, unit});
      this.#keepLoss(loss);
      this.#transport?.handle({type: "progress", round, unit, contribution: release});
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** The round: local work on the certified snapshot; its release goes to the protocol. */
  async #workOn(certified: Certified | null, progress: LocalProgress | null): Promise<void> {
    const {work, logger} = this.#options;
    const round = this.#session?.view().round ?? 0;
    const {signal} = this.#working;
    if (signal.aborted) return;
    this.#activity = "training";
    try {
      const {release, update, loss, isClipped} = await work.run(certified, progress, signal);
      if (signal.aborted) return;
      if (isClipped) logger.warn("the update was clipped to the plan's bound", {round});
      this.#keepLoss(loss);
      this.#updates.keep({round, update, hash: release.hash});
      this.#activity = "exchanging";
      this.#transport?.contribute(round, release);
    } catch (error) {
      // The round went on without this site, or the node is closing.
      if (!signal.aborted) throw error;
    }
  }

  /** A loss tells of the labels: it is shown where class-dependent figures are. */
  #keepLoss(loss: number | null): void {
    if (loss !== null && this.#showsLoss) this.#loss = loss;
  }

  #contributeAgain(round: number, contribution: Contribution): void {
    const {stages} = this.#options;
    const {bytes, hash} = contribution;
    const update = releasedUpdate(stages.specOf(round, null), bytes).subarray(0, stages.shared.size);
    this.#updates.keep({round, hash, update});
    this.#activity = "exchanging";
    this.#transport?.contribute(round, releaseAgain(sha256, bytes, hash));
  }

  #onCertified(certified: Certified): void {
    const {members, logger, nameOf, stages} = this.#options;
    const {body} = certified.certificate;
    const absent = members.filter((member) => !body.contributors.includes(member)).map(nameOf);
    this.#certificates.push(certified.certificate);
    if (this.#certificates.length > MAX_CERTIFICATES_IN_MEMORY) this.#certificates.shift();
    this.#waitingFor = [];
    this.#working.abort();
    this.#working = new AbortController();
    logger.debug("a round was certified", {round: body.round, result: body.result});
    if (absent.length > 0)
      logger.warn("a round was certified without some members", {round: body.round, absent});
    const contribution = this.#updates.hash;
    const progress = this.#missedProgress(certified.certificate);
    this.#run(() => this.#tidy(contribution));
    if (this.#session?.view().isFinished === true) {
      this.#run(() => this.#finish(certified));
      return;
    }
    this.#begin(certified, progress);
    // Behind the round's work, which has the trainer first: the validation keeps no round waiting.
    if (stages.stageOf(body.round).kind === "training") this.#run(() => this.#validate(certified));
  }

  /** What this site did that the certificate does not contain. */
  #missedProgress(certificate: Certificate): LocalProgress | null {
    const settled = this.#updates.settle(certificate);
    if (settled === null) return null;
    const {hash, isUsed, progress} = settled;
    this.#run(() => this.#options.work.settle(hash, isUsed));
    return progress;
  }

  async #validate(certified: Certified): Promise<void> {
    const {signal} = this.#working;
    try {
      this.#validation = await validate(this.#options, certified, this.#options.site.split.validation);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #finish(certified: Certified): Promise<void> {
    const {site, storage, isTestOpened, logger} = this.#options;
    const {certificate} = certified;
    const {test: rows, manifestHash, validation} = site.split;
    this.#validation = await validate(this.#options, certified, validation);
    let test: Metrics | null = null;
    if (!isTestOpened) {
      // The test is opened once, and that it was is on disk before anyone has seen a figure.
      const {result} = certificate.body;
      await storage.journal.append(encodeRecord({kind: "test-opened", manifest: manifestHash, result}));
      test = await evaluateTest({...this.#options, site: site.member.name}, certified, rows);
    }
    this.#activity = "finished";
    this.#ended = {certificate, test};
    logger.info("the run has ended", {round: certificate.body.round, result: certificate.body.result});
    this.#resolve(this.#ended);
  }

  /** Removes what the round just certified has made useless: its contribution and the oldest model. */
  async #tidy(contribution: string | undefined): Promise<void> {
    const {storage, plan} = this.#options;
    const outdated = outdatedResult(this.#certificates, plan.retention.models);
    if (outdated !== undefined) {
      this.#transport?.withdraw(outdated);
      await storage.models.remove(outdated);
    }
    if (contribution !== undefined) await storage.models.remove(contribution);
  }

  #onReport(report: Report): void {
    const {logger, nameOf, storage} = this.#options;
    if (report.kind === "waiting") this.#waitingFor = report.missing;
    if (report.kind === "equivocation") {
      const {kind, round, member, ballot, votes} = report;
      const record = encodeRecord({kind, round, member, ballot, votes: [...votes]});
      this.#run(() => storage.journal.append(record));
    }
    logReport(logger, report, nameOf);
  }
}
