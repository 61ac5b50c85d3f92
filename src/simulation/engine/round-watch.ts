import {at} from "../../core/index.ts";
import {codecOf, consensusDistance, modelsDistance} from "../../parameters/index.ts";
import {type Certified, parameterArithmetic, type RoundSpec} from "../../rounds/index.ts";
import {heldModels, type NewestResults} from "./held-models.ts";
import type {SimulatedNetwork} from "./network.ts";
import type {HeldModels, NetworkRound} from "./network-outcome.ts";

/** The state of a round at its end. */
interface EndedRound {
  readonly certified: Certified;
  readonly seconds: number;
  readonly bytes: number;
  readonly newest: NewestResults;
  readonly estimates: readonly Float32Array[];
}

/**
 * Follows a world's rounds. A round ends when all members that are up have its result, or when the first
 * member has the next result. A member that is away by then keeps its old model.
 */
export class RoundWatch {
  readonly #network: SimulatedNetwork;
  readonly #newest = new Map<string, Certified>();
  readonly #ended: EndedRound[] = [];
  /** Members' estimates at the end of the current mixing, by id. */
  readonly #estimates = new Map<string, Float32Array>();
  #leading: {readonly certified: Certified; readonly seconds: number} | null = null;
  #newestRound = -1;
  #bytes = 0;
  #setupBytes = 0;

  constructor(network: SimulatedNetwork) {
    this.#network = network;
  }

  /** True if a round has ended that has not been reported. */
  get hasEnded(): boolean {
    return this.#ended.length > 0;
  }

  /** Bytes of parameters that members received in the rounds before training. */
  get setupBytes(): number {
    return this.#setupBytes;
  }

  /** Number of rounds whose result a member has. */
  roundsOf(member: string): number {
    const newest = this.#newest.get(member);
    return newest === undefined ? 0 : newest.certificate.body.round + 1;
  }

  /** Counts bytes of parameters that a member received. */
  onBytes(count: number): void {
    this.#bytes += count;
  }

  /** Records a member's own estimate at the end of the mixing, before it adopts another's. */
  onEstimate(member: string, estimate: Float32Array): void {
    this.#estimates.set(member, estimate);
  }

  /** Records a member's settled mass at the end of a segment. */
  onMass(member: string, spec: RoundSpec, bytes: Uint8Array): void {
    const mass = parameterArithmetic.massOf(codecOf("f32"), bytes, spec.mixed);
    this.onEstimate(member, parameterArithmetic.applyMass(spec.reference, spec.mixed, mass));
  }

  /** Records that a member has a round's result. @param up ids of the members that are up */
  onCertified(
    member: string,
    certified: Certified,
    {seconds, up}: {readonly seconds: number; readonly up: Iterable<string>},
  ): void {
    const {round} = certified.certificate.body;
    if (round > this.#newestRound) {
      this.end();
      this.#newestRound = round;
      this.#leading = {certified, seconds};
    }
    this.#newest.set(member, certified);
    if ([...up].every((each) => this.roundsOf(each) > round)) this.end();
  }

  /** Ends the round with the newest result, unless it has ended. */
  end(): void {
    if (this.#leading === null) return;
    const {members, stages} = this.#network;
    const {certified, seconds} = this.#leading;
    this.#leading = null;
    const estimates = members.flatMap(({id}) => this.#estimates.get(id) ?? []);
    this.#estimates.clear();
    if (stages.stageOf(certified.certificate.body.round).kind !== "training") {
      this.#setupBytes = this.#bytes;
      return;
    }
    this.#ended.push({certified, seconds, bytes: this.#bytes, newest: this.newest(), estimates});
  }

  /** Returns the newest result of each site, in the order of the cohort. */
  newest(): NewestResults {
    return this.#network.sites.map(({id}) => this.#newest.get(id) ?? null);
  }

  /** Returns the rounds that have ended since the last call. */
  take(): readonly {readonly held: HeldModels; readonly entry: NetworkRound}[] {
    const {stages, members} = this.#network;
    const taken: {held: HeldModels; entry: NetworkRound}[] = [];
    for (const {certified, seconds, bytes, newest, estimates} of this.#ended.splice(0)) {
      const {round: certifiedRound, contributors} = certified.certificate.body;
      const stage = stages.stageOf(certifiedRound);
      if (stage.kind !== "training") continue;
      const held = heldModels(this.#network, stage.step, newest);
      const apart = consensusDistance(estimates.length, (row) => at(estimates, row));
      const distance = apart > 0 ? apart : modelsDistance(held.models);
      const used = new Set(contributors);
      const absent = members.filter(({id}) => !used.has(id)).map(({name}) => name);
      taken.push({held, entry: {round: stage.step, seconds, bytes, absent, consensusDistance: distance}});
    }
    return taken;
  }
}
