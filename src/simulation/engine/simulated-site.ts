import type {Plan} from "../../consortium/index.ts";
import {present} from "../../core/index.ts";
import type {Standardiser} from "../../data/index.ts";
import {createRoundWork, type RoundWork} from "../../node/index.ts";
import {
  createParticipant,
  type FinishedUnit,
  type FinishedWork,
  freshParticipant,
  type LocalFacts,
  type OwnWork,
  type Participant,
  type ParticipantSetup,
  type ParticipantState,
  type SegmentUnit,
  type Stages,
  scalingUnder,
  untrainedState,
} from "../../participant/index.ts";
import type {Certificate, Certified} from "../../rounds/index.ts";
import {examplesOf, stepsOf} from "../../training/index.ts";
import type {TrainerPool} from "./trainer-pool.ts";

/** Options of a {@link SimulatedSite}. */
export interface SimulatedSiteOptions {
  readonly name: string;
  /** Member id. */
  readonly id: string;
  readonly plan: Plan;
  readonly stages: Stages;
  readonly data: Omit<LocalFacts["site"], "member">;
  readonly pool: TrainerPool;
}

/** Returns what the restart of a site's process leaves of its own half of the rounds. */
function restarted({own, missed, site}: ParticipantState, isOnDisk: boolean): ParticipantState {
  if (own.stage !== "announced" || !isOnDisk) {
    return {own: {stage: "idle"}, missed, keptBack: null, site};
  }
  const ifUsed = {...own.work.ifUsed, keptBack: null};
  return {own: {...own, work: {...own.work, ifUsed}}, missed, keptBack: null, site};
}

/**
 * A site in a simulated network: the daemon's own local half of every round, with a trainer from the pool.
 */
export class SimulatedSite {
  readonly name: string;
  readonly id: string;
  readonly stages: Stages;
  /** p = n / N0. */
  readonly weight: number;
  readonly #options: SimulatedSiteOptions;
  readonly #facts: LocalFacts;
  readonly #setup: ParticipantSetup;
  #participant: Participant;
  #work: RoundWork;
  #ownScaling: Standardiser | null = null;
  /** True from a restart to the next certificate: training then starts from the snapshot. */
  #isRestarted = false;
  #closing: Promise<void> = Promise.resolve();

  constructor(options: SimulatedSiteOptions) {
    const {name, id, stages, plan, data} = options;
    this.name = name;
    this.id = id;
    this.stages = stages;
    this.weight = data.patients / plan.weights.reference;
    this.#options = options;
    this.#facts = {plan, stages, site: {...data, member: {name}}};
    this.#setup = {self: id, isTraining: (round) => stages.stageOf(round).kind === "training"};
    this.#participant = createParticipant(this.#setup, freshParticipant(untrainedState(stages)));
    this.#work = this.#openWork();
  }

  /** Number of steps in a round or a unit. */
  get steps(): number {
    const {plan, data} = this.#options;
    return stepsOf(plan.training, examplesOf(plan.model, data.split.train));
  }

  /**
   * Does the round's local work after `certified`.
   * @throws TRAINING_DIVERGED, TRAINING_CANCELLED, PRIVACY_*
   */
  async work(certified: Certified | null, signal: AbortSignal): Promise<FinishedWork> {
    await this.#closing;
    const effects = this.#participant.handle({type: "begin", certified});
    const begun = effects.find((effect) => effect.type === "work");
    const {task} = present(begun, "the task of a round that begins");
    return this.#work.run(this.#isRestarted ? {...task, progress: null} : task, signal);
  }

  /** Does a unit of an asynchronous segment. @throws TRAINING_DIVERGED, TRAINING_CANCELLED, PRIVACY_* */
  async workOnUnit(
    certified: Certified | null,
    unit: SegmentUnit,
    signal: AbortSignal,
  ): Promise<FinishedUnit> {
    await this.#closing;
    return this.#work.runUnit(certified, unit, signal);
  }

  /**
   * Records that a round's work is handed in. With `isReplaced` a bad site hands in something else, and its
   * own state does not move.
   */
  handIn(done: OwnWork, isReplaced: boolean): void {
    const ifUsed = isReplaced ? {keptBack: null, state: null} : done.ifUsed;
    // Only a daemon shows how far its model is from the common one.
    const work = {...done, base: null, ifUsed};
    for (const effect of this.#participant.handle({type: "done", work})) {
      // A simulation has no disk: what is written is there at once.
      if (effect.type === "write") this.#participant.handle({type: "written", hash: effect.line.state});
    }
  }

  /**
   * Records a certificate. The part of this site's work that it does not contain is the start of the next
   * round.
   */
  settle(certificate: Certificate): void {
    this.#isRestarted = false;
    this.#participant.handle({type: "certified", certificate});
  }

  /**
   * Restarts the site's process. The part of an update that a sparse codec kept back is lost.
   * @param isOnDisk tells whether its contribution to the round under way is written down
   */
  restart(isOnDisk: boolean): void {
    const before = this.#work;
    this.#participant = createParticipant(this.#setup, restarted(this.#participant.view(), isOnDisk));
    this.#isRestarted = true;
    this.#closing = this.#closing.then(() => before.close());
    this.#work = this.#openWork();
  }

  /**
   * Returns the whole model under a certified snapshot, `[layoutSize]`. It is a view if all sites share all
   * of it.
   */
  modelOf(values: Float32Array): Float32Array {
    return this.stages.parametersOf(values, this.#participant.view().site.state.own);
  }

  /**
   * Returns the site's scaling under a certified snapshot of training; its own scaling without a snapshot.
   */
  standardiserOf(values: Float32Array | null): Standardiser {
    if (values !== null && this.stages.statisticsOf(values) !== null)
      return scalingUnder(this.#facts, values);
    this.#ownScaling ??= scalingUnder(this.#facts, null);
    return this.#ownScaling;
  }

  async close(): Promise<void> {
    await this.#work.close();
  }

  #openWork(): RoundWork {
    const {name, plan, pool} = this.#options;
    return createRoundWork({
      ...this.#facts,
      openTrainer: (train) => pool.open(name, train, {training: plan.training, seed: plan.seed}),
    });
  }
}
