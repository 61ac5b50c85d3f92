import type {Contribution} from "../../gossip/index.ts";
import type {AnnouncedTraining} from "../world/options.ts";
import {allEnded} from "./divergence.ts";
import {harmfulContribution} from "./harm.ts";
import type {Network} from "./network.ts";
import type {SimulatedSite} from "./simulated-site.ts";

/** Work that is done and waits for the world to ask for it. */
interface DoneWork {
  readonly training: AnnouncedTraining;
  readonly update: Float32Array;
  readonly release: Contribution;
}

/**
 * The training of a world's members. The world is synchronous and training is not: what members begin is announced and
 * collected; before the first of it is due the world stands still while all that was collected is trained at once. So
 * what is trained when depends on virtual time alone, and not on how fast threads are.
 */
export class WorldTraining {
  readonly #network: Network;
  readonly #sites: ReadonlyMap<string, SimulatedSite>;
  readonly #announced = new Map<string, AnnouncedTraining>();
  readonly #done = new Map<string, DoneWork>();
  /** Each honest site's newest update, for those who do harm. */
  readonly #honest = new Map<string, {readonly round: number; readonly update: Float32Array}>();
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(network: Network) {
    this.#network = network;
    this.#sites = new Map(network.members.map((site) => [site.id, site]));
  }

  /** When the first of what was announced is due; infinite without any. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** A member has begun to train; what it had begun before is given up. */
  announce(member: string, training: AnnouncedTraining): void {
    this.#announced.set(member, training);
    this.#dueMs = Math.min(this.#dueMs, training.dueMs);
  }

  /** What a member had begun is of no use any more. */
  giveUp(member: string): void {
    this.#announced.delete(member);
    this.#done.delete(member);
  }

  /** Trains all that was announced. @throws TRAINING_*, PRIVACY_*, PARAMETERS_* */
  async trainAnnounced(): Promise<void> {
    const batch = this.#network.members.flatMap((site) => {
      const training = this.#announced.get(site.id);
      return training === undefined ? [] : [{site, training}];
    });
    this.#announced.clear();
    this.#dueMs = Number.POSITIVE_INFINITY;
    const {signal} = this.#network.trial;
    const worked = await allEnded(
      batch.map(async ({site, training}) => {
        const {certified, unit} = training;
        const {release, update} = await (unit === null
          ? site.work(certified, signal)
          : site.workOnUnit(certified, unit, signal));
        return {site, training, update, release};
      }),
    );
    for (const {site, training, update, release} of worked) {
      this.#done.set(site.id, {training, update, release});
      if (this.#network.bad.has(site.name)) continue;
      this.#honest.set(site.id, {round: training.round, update});
    }
  }

  /** What a member hands in; empty where its training was given up, of which no session takes notice. */
  take(member: string, round: number, unit: number | null): Contribution {
    const done = this.#done.get(member);
    const site = this.#sites.get(member);
    const isAsked = done?.training.round === round && (done.training.unit?.unit ?? null) === unit;
    if (!isAsked || site === undefined) return {hash: "", bytes: new Uint8Array()};
    const {training, update, release} = done;
    this.#done.delete(member);
    const contribution = this.#harm(site, training, update) ?? release;
    if (unit === null) site.handIn(round, update, contribution.hash);
    return contribution;
  }

  /** What a bad site, which knows what was trained until now, hands in instead of `own`; null where it hands that in. */
  #harm(site: SimulatedSite, training: AnnouncedTraining, own: Float32Array): Contribution | null {
    const {round, unit} = training;
    const honest = this.#network.members.flatMap(({id}) => {
      const known = this.#honest.get(id);
      // In rounds all begin from one snapshot; in a segment the newest is what there is.
      return known === undefined || (unit === null && known.round !== round) ? [] : [known.update];
    });
    return harmfulContribution(this.#network, site, {...training, own, honest});
  }
}
