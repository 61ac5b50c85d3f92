import {type Certified, parameterArithmetic, type RoundSpec} from "../../gossip/index.ts";
import {codecOf} from "../../parameters/index.ts";
import {consensusDistance, modelsDistance} from "./consensus-distance.ts";
import {heldModels, type NewestResults} from "./held-models.ts";
import type {Network} from "./network.ts";
import type {HeldModels, NetworkRound} from "./network-outcome.ts";

/** A round that has ended, as it stood then. */
interface EndedRound {
  readonly certified: Certified;
  readonly seconds: number;
  readonly bytes: number;
  readonly newest: NewestResults;
  readonly estimates: readonly Float32Array[];
}

/**
 * Follows a world's rounds: each ends when all members that are up have its result, or when the first has the next.
 * Who is away by then holds what it held.
 */
export class RoundWatch {
  readonly #network: Network;
  readonly #newest = new Map<string, Certified>();
  readonly #ended: EndedRound[] = [];
  /** What members had when the mixing under way ended, by id. */
  readonly #estimates = new Map<string, Float32Array>();
  #leading: {readonly certified: Certified; readonly seconds: number} | null = null;
  #newestRound = -1;
  #bytes = 0;
  #setupBytes = 0;

  constructor(network: Network) {
    this.#network = network;
  }

  /** Whether a round has ended that nobody has been told of. */
  get hasEnded(): boolean {
    return this.#ended.length > 0;
  }

  /** Bytes of parameters that came to members in the rounds before training. */
  get setupBytes(): number {
    return this.#setupBytes;
  }

  /** Number of rounds of which a member has the result. */
  roundsOf(member: string): number {
    return (this.#newest.get(member)?.certificate.body.round ?? -1) + 1;
  }

  /** Parameters have come to a member. */
  onBytes(count: number): void {
    this.#bytes += count;
  }

  /** A member's own estimate at the end of the mixing, before it adopts another's. */
  onEstimate(member: string, estimate: Float32Array): void {
    this.#estimates.set(member, estimate);
  }

  /** A member's settled mass at the end of a segment. */
  onMass(member: string, spec: RoundSpec, bytes: Uint8Array): void {
    const mass = parameterArithmetic.massOf(codecOf("f32"), bytes, spec.mixed);
    this.onEstimate(member, parameterArithmetic.applyMass(spec.reference, spec.mixed, mass));
  }

  /** A member has a round's result. @param up ids of the members that are up */
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

  /** Ends the round whose result is the newest, if that has not been done. */
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

  /** The newest result of each site, in the order of the cohort. */
  newest(): NewestResults {
    return this.#network.sites.map(({id}) => this.#newest.get(id) ?? null);
  }

  /** The rounds that have ended since it was asked last. */
  async take(): Promise<readonly {readonly held: HeldModels; readonly entry: NetworkRound}[]> {
    const {stages, members} = this.#network;
    const taken: {held: HeldModels; entry: NetworkRound}[] = [];
    for (const {certified, seconds, bytes, newest, estimates} of this.#ended.splice(0)) {
      const {round: at, contributors} = certified.certificate.body;
      const stage = stages.stageOf(at);
      if (stage.kind !== "training") continue;
      const held = await heldModels(this.#network, stage.step, newest);
      const apart = consensusDistance(estimates.length, (row) => estimates[row] ?? new Float32Array());
      const distance = apart > 0 ? apart : modelsDistance(held.models);
      const used = new Set(contributors);
      const absent = members.filter(({id}) => !used.has(id)).map(({name}) => name);
      taken.push({held, entry: {round: stage.step, seconds, bytes, absent, consensusDistance: distance}});
    }
    return taken;
  }
}
