import type {FinishedUnit, FinishedWork} from "../../participant/index.ts";
import type {Contribution} from "../../rounds/index.ts";
import type {AnnouncedTraining} from "../world/options.ts";
import {allEnded} from "./divergence.ts";
import {harmfulContribution} from "./harm.ts";
import type {SimulatedNetwork} from "./network.ts";
import type {SimulatedSite} from "./simulated-site.ts";

/** Finished work that waits until the world asks for it. */
type DoneWork = {readonly training: AnnouncedTraining} & (
  | {readonly kind: "round"; readonly done: FinishedWork}
  | {readonly kind: "unit"; readonly done: FinishedUnit}
);

async function trainAt(
  site: SimulatedSite,
  training: AnnouncedTraining,
  signal: AbortSignal,
): Promise<DoneWork> {
  const {certified, unit} = training;
  return unit === null
    ? {training, kind: "round", done: await site.work(certified, signal)}
    : {training, kind: "unit", done: await site.workOnUnit(certified, unit, signal)};
}

/**
 * Trains a world's members. The world is synchronous and training is not. Work that members begin is
 * announced and collected. Before the first of it is due, the world stops while all collected work is trained
 * at once. The order of training therefore depends only on virtual time, and not on the speed of threads.
 */
export class WorldTraining {
  readonly #network: SimulatedNetwork;
  readonly #sites: ReadonlyMap<string, SimulatedSite>;
  readonly #announced = new Map<string, AnnouncedTraining>();
  readonly #done = new Map<string, DoneWork>();
  /** Each honest site's newest update, for the bad sites. */
  readonly #honest = new Map<string, {readonly round: number; readonly update: Float32Array}>();
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(network: SimulatedNetwork) {
    this.#network = network;
    this.#sites = new Map(network.members.map((site) => [site.id, site]));
  }

  /** Time at which the first announced work is due; infinite if there is none. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** Records that a member has begun to train. Its earlier work is given up. */
  announce(member: string, training: AnnouncedTraining): void {
    this.#announced.set(member, training);
    this.#dueMs = Math.min(this.#dueMs, training.dueMs);
  }

  /** Gives up the work that a member had begun. */
  giveUp(member: string): void {
    this.#announced.delete(member);
    this.#done.delete(member);
  }

  /** Trains all announced work. @throws TRAINING_*, PRIVACY_*, PARAMETERS_* */
  async trainAnnounced(): Promise<void> {
    const batch = this.#network.members.flatMap((site) => {
      const training = this.#announced.get(site.id);
      return training === undefined ? [] : [{site, training}];
    });
    this.#announced.clear();
    this.#dueMs = Number.POSITIVE_INFINITY;
    const {signal} = this.#network.trial;
    const worked = await allEnded(
      batch.map(async ({site, training}) => ({site, work: await trainAt(site, training, signal)})),
    );
    for (const {site, work} of worked) {
      this.#done.set(site.id, work);
      if (this.#network.bad.has(site.name)) continue;
      this.#honest.set(site.id, {round: work.training.round, update: work.done.update});
    }
  }

  /** Returns a member's contribution. It is empty if the training was given up; no session uses it then. */
  take(member: string, round: number, unit: number | null): Contribution {
    const work = this.#done.get(member);
    const site = this.#sites.get(member);
    const isAsked = work?.training.round === round && (work.training.unit?.unit ?? null) === unit;
    if (!isAsked || site === undefined) return {hash: "", bytes: new Uint8Array()};
    this.#done.delete(member);
    const harmful = this.#harm(site, work.training, work.done.update);
    if (work.kind === "round") site.handIn(work.done, harmful !== null);
    return harmful ?? work.done.release;
  }

  /**
   * Returns the contribution of a bad site in place of `own`, from all that was trained until now; null if it
   * hands in `own`.
   */
  #harm(site: SimulatedSite, training: AnnouncedTraining, own: Float32Array): Contribution | null {
    const {round, unit} = training;
    const honest = this.#network.members.flatMap(({id}) => {
      const known = this.#honest.get(id);
      // In rounds all begin from one snapshot. In a segment the newest update counts.
      return known === undefined || (unit === null && known.round !== round) ? [] : [known.update];
    });
    return harmfulContribution(this.#network, site, {...training, own, honest});
  }
}
