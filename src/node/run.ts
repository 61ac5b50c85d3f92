import {present, unreachable} from "../core/index.ts";
import type {PatientMatrix} from "../data/index.ts";
import type {Metrics} from "../evaluation/index.ts";
import type {Session} from "../gossip/index.ts";
import {relativeDistance} from "../parameters/index.ts";
import {neededBlobs} from "../participant/index.ts";
import {
  type Certificate,
  type Certified,
  canonicalBytes,
  type MemberId,
  type Report,
  type Restored,
} from "../rounds/index.ts";
import {stopForked} from "./records/forked-run.ts";
import {outdatedResult, removeStale} from "./records/model-retention.ts";
import {encodeRecord} from "./records/records.ts";
import {
  evaluateTest,
  mayShowLabelsOf,
  type Scoring,
  type Validation,
  validate,
} from "./results/evaluation.ts";
import {readTestAnswer, type TestQuestion, writeTestAnswer} from "./results/final-result.ts";
import type {RunOptions, RunOutcome, RunProgress, Withheld} from "./run-types.ts";
import {LocalHalf} from "./site/local-half.ts";
import type {RunEffect, Transport} from "./transport.ts";
import {countRoundShares, type RoundShares} from "./watch/round-shares.ts";

/** Number of certificates in memory, more than any plan's retention; all are in the journal. */
const MAX_CERTIFICATES_IN_MEMORY = 2000;

/** One run at this site, from its first round to the opening of the test. */
export class Run {
  /** Resolves when the run has ended and the final model has been evaluated. */
  readonly outcome: Promise<RunOutcome>;
  readonly #options: RunOptions;
  readonly #certificates: Certificate[];
  #resolve: (outcome: RunOutcome) => void = () => {};
  #transport: Transport | null = null;
  #session: Session | null = null;
  readonly #half: LocalHalf;
  #distance: number | null = null;
  #loss: number | null = null;
  readonly #withheld: Withheld;
  readonly #shares: RoundShares;
  #validation: Validation | null = null;
  #waitingFor: readonly MemberId[] = [];
  #ended: RunOutcome | null = null;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#half = this.#openHalf(options);
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
    const {storage, plan, participant} = this.#options;
    const standing = neededBlobs(participant.view());
    await removeStale(storage.models, this.#certificates, plan.retention.models, {restored, standing});
  }

  /** Begins, or goes on from what was restored, without interruption, so nothing can happen in between. */
  start(session: Session, transport: Transport, restored: Restored): void {
    this.#session = session;
    this.#transport = transport;
    const {certified} = restored;
    if (certified !== null) transport.publish(certified.snapshot);
    if (certified !== null && session.view().isFinished) this.#run(() => this.#finish(certified));
    else this.#begin(certified);
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
    await this.#half.close();
  }

  /** Handles an effect of the protocol. */
  onRunEffect(effect: RunEffect): void {
    switch (effect.type) {
      case "certified":
        return this.#onCertified(effect);
      case "work":
        return this.#run(() => this.#workOnUnit(effect));
      case "report":
        return this.#onReport(effect.report);
      default:
        return unreachable(effect);
    }
  }

  get #scoring(): Scoring {
    return {plan: this.#options.plan, score: (certified, rows) => this.#half.score(certified, rows)};
  }

  #openHalf({participant, work, storage, chronicle, logger, onFatal}: RunOptions): LocalHalf {
    return new LocalHalf({
      participant,
      work,
      storage,
      onBegin: (round) => chronicle.setActivity("training", round),
      onDone: ({round, loss, isClipped}) => {
        if (isClipped) logger.warn("the update was clipped to the plan's bound", {round: round + 1});
        this.#keepLoss(round, loss);
      },
      handIn: (round, release) => {
        chronicle.setActivity("exchanging", round);
        this.#transport?.contribute(round, release);
      },
      onFatal,
    });
  }

  #run(task: () => Promise<void>): void {
    task().catch(this.#options.onFatal);
  }

  #begin(certified: Certified | null): void {
    const {members, self} = this.#options;
    // An evaluator takes the results and trains nothing.
    if (!members.includes(self)) return;
    const {segment, round} = present(this.#session, "the session of a run that works").view();
    if (segment === null || this.#half.announced !== null) this.#half.begin(certified);
    else this.#transport?.handle({type: "begin", round});
  }

  /** Works on a unit of an asynchronous segment. */
  async #workOnUnit({round, unit, start}: Extract<RunEffect, {type: "work"}>): Promise<void> {
    const {logger, chronicle} = this.#options;
    const certified = this.#session?.view().certified ?? null;
    chronicle.setActivity("training", round);
    const done = await this.#half.workOnUnit(certified, {unit, start});
    if (done === null) return;
    const {release, loss, isClipped} = done;
    if (isClipped) logger.warn("the update was clipped to the plan's bound", {round: round + 1, unit});
    this.#keepLoss(round, loss);
    this.#transport?.handle({type: "progress", round, unit, contribution: release});
  }

  /** Keeps a loss. It tells of the labels, so it is shown only if class-dependent figures are. */
  #keepLoss(round: number, loss: number | null): void {
    if (loss === null || this.#withheld.loss) return;
    this.#loss = loss;
    this.#options.chronicle.trained(round, loss);
  }

  #onCertified(certified: Certified & {readonly hasJumped: boolean}): void {
    const {stages, chronicle} = this.#options;
    const {body} = certified.certificate;
    this.#certificates.push(certified.certificate);
    this.#shares.add(certified.certificate);
    if (this.#certificates.length > MAX_CERTIFICATES_IN_MEMORY) this.#certificates.shift();
    this.#waitingFor = [];
    const consensusDistance = this.#distanceTo(certified);
    this.#distance = consensusDistance ?? this.#distance;
    chronicle.certified(certified.certificate, {
      consensusDistance,
      hasJumped: certified.hasJumped,
    });
    this.#half.settle(certified.certificate);
    this.#run(() => this.#tidy());
    if (this.#session?.view().isFinished === true) {
      this.#run(() => this.#finish(certified));
      return;
    }
    this.#begin(certified);
    // The round's work has the trainer first; the validation follows it and keeps no round waiting.
    if (stages.stageOf(body.round).kind === "training") this.#run(() => this.#validate(certified));
  }

  /** Distance of this site's own model from the decided one; null if it had none. */
  #distanceTo({certificate, snapshot}: Certified): number | null {
    const own = this.#half.announced;
    if (own === null || own.base === null || own.round !== certificate.body.round) return null;
    return relativeDistance(own.base, own.update, snapshot.values);
  }

  async #validate(certified: Certified): Promise<void> {
    const {signal} = this.#half;
    try {
      this.#validation = await validate(this.#scoring, certified, this.#options.site.split.validation);
      this.#options.chronicle.validated(this.#validation);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #finish(certified: Certified): Promise<void> {
    const {site, logger, chronicle, stages} = this.#options;
    const {certificate} = certified;
    this.#validation = await validate(this.#scoring, certified, site.split.validation);
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
    const test = await evaluateTest({...this.#scoring, site: site.member.name}, certified, rows);
    await writeTestAnswer(storage, question, test);
    return test;
  }

  /** Removes the oldest model, which the last certified round has made useless. */
  async #tidy(): Promise<void> {
    const {storage, plan} = this.#options;
    const outdated = outdatedResult(this.#certificates, plan.retention.models);
    if (outdated === undefined) return;
    this.#transport?.withdraw(outdated);
    await storage.models.remove(outdated);
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
