import {present, sha256} from "../core/index.ts";
import type {PatientMatrix} from "../data/index.ts";
import type {Metrics} from "../evaluation/index.ts";
import type {LocalProgress, Session} from "../gossip/index.ts";
import {releaseAgain} from "../privacy/index.ts";
import {
  type Certificate,
  type Certified,
  type Contribution,
  canonicalBytes,
  type MemberId,
  type Report,
  type Restored,
} from "../rounds/index.ts";
import {relativeDistance} from "./consensus-distance.ts";
import {stopForked} from "./records/forked-run.ts";
import {outdatedResult, removeStale} from "./records/model-retention.ts";
import {encodeRecord} from "./records/records.ts";
import {evaluateTest, mayShowLabelsOf, type Validation, validate} from "./results/evaluation.ts";
import {readTestAnswer, type TestQuestion, writeTestAnswer} from "./results/final-result.ts";
import type {RunOptions, RunOutcome, RunProgress, Withheld} from "./run-types.ts";
import {OwnUpdates} from "./site/own-updates.ts";
import {releasedUpdate} from "./site/released-update.ts";
import {standingLines} from "./site/site-state.ts";
import type {RunEffect, Transport} from "./transport.ts";
import {countRoundShares, type RoundShares} from "./watch/round-shares.ts";

/** Number of certificates in memory, more than any plan's retention; all are in the journal. */
const MAX_CERTIFICATES_IN_MEMORY = 2000;

/** This site's last trained model, as an update of the snapshot from which it began. */
interface OwnModel {
  readonly round: number;
  readonly update: Float32Array;
  /** `[shared.size]`. */
  readonly base: Float32Array;
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
  #own: OwnModel | null = null;
  #distance: number | null = null;
  #loss: number | null = null;
  readonly #withheld: Withheld;
  readonly #shares: RoundShares;
  #validation: Validation | null = null;
  #waitingFor: readonly MemberId[] = [];
  #ended: RunOutcome | null = null;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#updates = new OwnUpdates(
      options.self,
      (round) => options.stages.stageOf(round).kind === "training",
    );
    const {train, validation, test} = options.site.split;
    const isWithheld = (rows: PatientMatrix): boolean => rows.n > 0 && !mayShowLabelsOf(rows, options.plan);
    this.#withheld = {loss: isWithheld(train), validation: isWithheld(validation), test: isWithheld(test)};
    this.#shares = countRoundShares(options.members, options.certificates);
    this.#certificates = options.certificates.slice(-MAX_CERTIFICATES_IN_MEMORY);
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Removes the remains of an earlier start, before anything new is written that would be taken for stale. */
  async prepare(restored: Restored): Promise<void> {
    const {storage, plan, siteLines: lines, certificates, self} = this.#options;
    const {settled, pending} = standingLines({lines, certificates, self});
    const standing = [settled, pending].flatMap((line) => (line === undefined ? [] : [line.state]));
    await removeStale(storage.models, this.#certificates, plan.retention.models, {restored, standing});
  }

  /** Begins, or goes on from what was restored, without interruption, so nothing can happen in between. */
  start(session: Session, transport: Transport, restored: Restored): void {
    this.#session = session;
    this.#transport = transport;
    const {certified, round} = restored;
    if (certified !== null) transport.publish(certified.snapshot);
    if (certified !== null && session.view().isFinished) this.#run(() => this.#finish(certified));
    else if (round?.contribution == null) this.#begin(certified, null);
    else this.#contributeAgain(session.view().round, round.contribution);
  }

  /** The present position of the run. */
  progress(): RunProgress {
    return {
      activity: this.#options.chronicle.activity,
      loss: this.#loss,
      validation: this.#validation,
      certificates: this.#certificates,
      shares: this.#shares,
      withheld: this.#withheld,
      waitingFor: this.#waitingFor,
      consensusDistance: this.#distance,
      outcome: this.#ended,
    };
  }

  /** Stops the current work. */
  async close(): Promise<void> {
    this.#working.abort();
    await this.#options.work.close();
  }

  /** Handles an effect of the protocol. */
  onRunEffect(effect: RunEffect): void {
    if (effect.type === "certified") this.#onCertified(effect);
    else if (effect.type === "work") this.#run(() => this.#workOnUnit(effect));
    else this.#onReport(effect.report);
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

  /** Works on a unit of an asynchronous segment. */
  async #workOnUnit({round, unit, start}: Extract<RunEffect, {type: "work"}>): Promise<void> {
    const {signal} = this.#working;
    const {work, logger, chronicle} = this.#options;
    const certified = this.#session?.view().certified ?? null;
    chronicle.setActivity("training", round);
    try {
      const {release, loss, isClipped} = await work.runUnit(certified, {unit, start}, signal);
      if (signal.aborted) return;
      if (isClipped) logger.warn("the update was clipped to the plan's bound", {round: round + 1, unit});
      this.#keepLoss(round, loss);
      this.#transport?.handle({type: "progress", round, unit, contribution: release});
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Works on the round: trains on the certified snapshot and hands the release to the protocol. */
  async #workOn(certified: Certified | null, progress: LocalProgress | null): Promise<void> {
    const {work, logger, chronicle, stages} = this.#options;
    const {round} = present(this.#session, "the session of a run that works").view();
    const {signal} = this.#working;
    if (signal.aborted) return;
    chronicle.setActivity("training", round);
    try {
      const {release, update, loss, isClipped} = await work.run(certified, progress, signal);
      if (signal.aborted) return;
      if (isClipped) logger.warn("the update was clipped to the plan's bound", {round: round + 1});
      this.#keepLoss(round, loss);
      const base = stages.specOf(round, certified).reference.subarray(0, stages.shared.size);
      this.#own = stages.stageOf(round).kind === "training" ? {round, update, base} : null;
      this.#updates.keep({round, update, hash: release.hash});
      chronicle.setActivity("exchanging", round);
      this.#transport?.contribute(round, release);
    } catch (error) {
      // The round went on without this site, or the node is closing.
      if (!signal.aborted) throw error;
    }
  }

  /** Keeps a loss. It tells of the labels, so it is shown only if class-dependent figures are. */
  #keepLoss(round: number, loss: number | null): void {
    if (loss === null || this.#withheld.loss) return;
    this.#loss = loss;
    this.#options.chronicle.trained(round, loss);
  }

  #contributeAgain(round: number, contribution: Contribution): void {
    const {stages, chronicle} = this.#options;
    const {bytes, hash} = contribution;
    const update = releasedUpdate(stages.specOf(round, null), bytes).subarray(0, stages.shared.size);
    this.#updates.keep({round, hash, update});
    chronicle.setActivity("exchanging", round);
    this.#transport?.contribute(round, releaseAgain(sha256, bytes, hash));
  }

  #onCertified(certified: Certified & {readonly hasJumped: boolean}): void {
    const {stages, chronicle} = this.#options;
    const {body} = certified.certificate;
    this.#certificates.push(certified.certificate);
    this.#shares.add(certified.certificate);
    if (this.#certificates.length > MAX_CERTIFICATES_IN_MEMORY) this.#certificates.shift();
    this.#waitingFor = [];
    this.#working.abort();
    this.#working = new AbortController();
    const consensusDistance = this.#distanceTo(certified);
    this.#distance = consensusDistance ?? this.#distance;
    chronicle.certified(certified.certificate, {
      consensusDistance,
      hasJumped: certified.hasJumped,
    });
    const contribution = this.#updates.hash;
    const progress = this.#missedProgress(certified.certificate);
    this.#run(() => this.#tidy(contribution));
    if (this.#session?.view().isFinished === true) {
      this.#run(() => this.#finish(certified));
      return;
    }
    this.#begin(certified, progress);
    // The round's work has the trainer first; the validation follows it and keeps no round waiting.
    if (stages.stageOf(body.round).kind === "training") this.#run(() => this.#validate(certified));
  }

  /** Distance of this site's own model from the decided one; null if it had none. */
  #distanceTo({certificate, snapshot}: Certified): number | null {
    const own = this.#own;
    if (own?.round !== certificate.body.round) return null;
    return relativeDistance(own.base, own.update, snapshot.values);
  }

  /** This site's work that the certificate does not contain. */
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
      this.#options.chronicle.validated(this.#validation);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #finish(certified: Certified): Promise<void> {
    const {site, logger, chronicle, stages} = this.#options;
    const {certificate} = certified;
    this.#validation = await validate(this.#options, certified, site.split.validation);
    chronicle.validated(this.#validation);
    const test = await this.#test(certified);
    chronicle.setActivity("finished", stages.rounds);
    this.#ended = {certificate, test};
    logger.info("the run has ended", {round: certificate.body.round + 1, result: certificate.body.result});
    this.#resolve(this.#ended);
  }

  /**
   * Opens the test once. The opening, with its model and patients, is on disk before anyone has seen a
   * figure. The result is told again after a restart.
   */
  async #test(certified: Certified): Promise<Metrics | null> {
    const {site, storage, testOpened} = this.#options;
    const {result} = certified.certificate.body;
    const {test: rows, manifestHash: manifest} = site.split;
    const question: TestQuestion = {manifest, result};
    if (testOpened === null) {
      await storage.journal.append(encodeRecord({kind: "test-opened", ...question}));
    } else if (testOpened.result !== result || testOpened.manifest !== manifest) {
      return null;
    }
    const before = testOpened === null ? undefined : await readTestAnswer(storage, question);
    if (before !== undefined) return before;
    const test = await evaluateTest({...this.#options, site: site.member.name}, certified, rows);
    await writeTestAnswer(storage, question, test);
    return test;
  }

  /** Removes what the last certified round has made useless: its contribution and the oldest model. */
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
    const {storage, chronicle} = this.#options;
    if (report.kind === "waiting") this.#waitingFor = report.missing;
    if (report.kind === "equivocation") {
      const {kind, round, member, claims} = report;
      const record = encodeRecord({kind, round, member, claims: canonicalBytes(claims)});
      this.#run(() => storage.journal.append(record));
    }
    chronicle.report(report);
    if (report.kind === "fork") this.#run(() => stopForked(storage.journal, report));
  }
}
