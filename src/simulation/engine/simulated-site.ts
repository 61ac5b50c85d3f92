import type {Plan} from "../../consortium/index.ts";
import type {Standardiser} from "../../data/index.ts";
import type {LocalProgress} from "../../gossip/index.ts";
import {
  createRoundWork,
  federatedStandardiser,
  OwnUpdates,
  type RoundOutcome,
  type RoundWork,
  type Site,
  SiteStates,
  type Stages,
  siteStandardiser,
  untrainedState,
} from "../../node/index.ts";
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
  readonly data: Pick<Site, "split" | "features" | "patients">;
  readonly pool: TrainerPool;
}

/** Creates a disk that keeps a site's states as long as the simulation lasts. */
function memoryDisk(): ConstructorParameters<typeof SiteStates>[0] {
  const blobs = new Map<string, Uint8Array>();
  return {
    models: {
      put: async (hash, bytes) => void blobs.set(hash, bytes),
      get: async (hash) => blobs.get(hash),
      remove: async (hash) => void blobs.delete(hash),
    },
    journal: {append: async () => {}},
  };
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
  readonly #states: SiteStates;
  readonly #updates: OwnUpdates;
  #work: RoundWork;
  #ownScaling: Standardiser | null = null;
  #progress: LocalProgress | null = null;
  #settling: Promise<void> = Promise.resolve();

  constructor(options: SimulatedSiteOptions) {
    const {name, id, stages, plan, data} = options;
    this.name = name;
    this.id = id;
    this.stages = stages;
    this.weight = data.patients / plan.weights.reference;
    this.#options = options;
    this.#states = new SiteStates(memoryDisk(), untrainedState(stages));
    this.#updates = new OwnUpdates(id, (round) => stages.stageOf(round).kind === "training");
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
  async work(certified: Certified | null, signal: AbortSignal): Promise<RoundOutcome> {
    await this.#settling;
    return this.#work.run(certified, this.#progress, signal);
  }

  /** Does a unit of an asynchronous segment. @throws TRAINING_DIVERGED, TRAINING_CANCELLED, PRIVACY_* */
  async workOnUnit(
    certified: Certified | null,
    unit: {readonly unit: number; readonly start: Float32Array},
    signal: AbortSignal,
  ): Promise<RoundOutcome> {
    await this.#settling;
    return this.#work.runUnit(certified, unit, signal);
  }

  /** Records the contribution to a round, by the hash of its release. */
  handIn(round: number, update: Float32Array, hash: string): void {
    this.#updates.keep({round, update, hash});
  }

  /**
   * Records a certificate. The part of this site's work that it does not contain is the start of the next
   * round.
   */
  settle(certificate: Certificate): void {
    const settled = this.#updates.settle(certificate);
    this.#progress = settled?.progress ?? null;
    if (settled === null) return;
    const {hash, isUsed} = settled;
    const work = this.#work;
    this.#settling = this.#settling.then(() => work.settle(hash, isUsed));
  }

  /** Restarts the site's process. The part of an update that a sparse codec kept back is lost. */
  restart(): void {
    const before = this.#work;
    this.#progress = null;
    this.#settling = this.#settling.then(() => before.close());
    this.#work = this.#openWork();
  }

  /**
   * Returns the whole model under a certified snapshot, `[layoutSize]`. It is a view if all sites share all
   * of it.
   */
  async modelOf(values: Float32Array): Promise<Float32Array> {
    await this.#settling;
    return this.stages.parametersOf(values, this.#states.current().own);
  }

  /**
   * Returns the site's scaling under a certified snapshot of training; its own scaling without a snapshot.
   */
  standardiserOf(values: Float32Array | null): Standardiser {
    const {data, plan} = this.#options;
    const carried = values === null ? null : this.stages.statisticsOf(values);
    if (carried !== null) return federatedStandardiser(carried, data.features);
    this.#ownScaling ??= siteStandardiser(plan.task.standardisation, data);
    return this.#ownScaling;
  }

  async close(): Promise<void> {
    await this.#work.close();
  }

  #openWork(): RoundWork {
    const {name, id: peerId, plan, stages, data, pool} = this.#options;
    const site: Site = {...data, member: {name, peerId, role: "trainer"}};
    return createRoundWork({
      plan,
      site,
      stages,
      states: this.#states,
      openTrainer: (train) => pool.open(name, train, {training: plan.training, seed: plan.seed}),
    });
  }
}
