import {at, CodedError, createRandom, present, type Random, sha256} from "../../../core/index.ts";
import {
  codecOf,
  consensusDistance,
  contributionSize,
  drawDither,
  NO_DITHER,
} from "../../../parameters/index.ts";
import {
  type AsyncSpec,
  type Certified,
  type Contribution,
  majority,
  parameterArithmetic,
} from "../../../rounds/index.ts";
import type {Period, Phase} from "../../../schedules/index.ts";
import {isEnough, letIn, segmentPeriod} from "../../../segments/index.ts";
import type {SimulationErrorCode} from "../../errors.ts";
import {allEnded} from "../divergence.ts";
import {harmfulContribution} from "../harm.ts";
import type {SimulatedNetwork} from "../network.ts";
import {LockstepClocks} from "./lockstep-clocks.ts";
import {MassTable} from "./mass-table.ts";
import {mixPhase} from "./mix-phase.ts";

/** Final state of a segment. */
export interface SettledSegment {
  /** Each member's settled mass, in the members' order. */
  readonly contributions: readonly Contribution[];
  readonly units: number;
  /** Bytes of parameters that all members together have sent. */
  readonly bytes: number;
  /** Distance of the members' estimates from their mean. */
  readonly distance: number;
}

function unfit(what: string): CodedError<SimulationErrorCode> {
  return new CodedError("SIMULATION_ENGINE_UNFIT", `the fast engine knows no ${what}`, {
    hint: "Choose engine: full.",
  });
}

/**
 * An asynchronous segment of swaps in which all members train at the same speed. After each unit every member
 * exchanges with its partner of the next phase while the next unit is under way. The bytes equal those of the
 * sessions under these conditions: all units take the same time; delays are constant and longer than disks
 * take; an exchange ends before a unit does; the whole segment is shorter than the time a member in doubt
 * waits; and in each phase of the schedule a member has at most one partner. Random partners are drawn here
 * for all members at once; in the full engine each member draws its own.
 */
export class LockstepSegment {
  readonly #network: SimulatedNetwork;
  readonly #certified: Certified | null;
  readonly #round: number;
  readonly #specs: readonly AsyncSpec[];
  readonly #reference: Float32Array;
  readonly #table: MassTable;
  readonly #clocks: LockstepClocks;
  readonly #randoms: readonly Random[];
  /** Each member's own progress that has not entered its mass. */
  readonly #pending: (Float64Array | null)[];
  #transfers = 0;

  /** @throws SIMULATION_ENGINE_UNFIT */
  constructor(network: SimulatedNetwork, round: number, certified: Certified | null) {
    const {members, run} = network;
    this.#network = network;
    this.#round = round;
    this.#certified = certified;
    const specs = members.map(({stages}) => stages.specOf(round, certified));
    this.#specs = specs.map(({asynchronous}) =>
      present(asynchronous, "the segment of an asynchronous round"),
    );
    const {reference, mixed} = at(specs, 0);
    this.#reference = reference.subarray(0, mixed);
    this.#table = new MassTable(members.length, mixed);
    this.#specs.forEach(({weight}, member) => {
      this.#table.weights[member] = weight;
    });
    this.#clocks = new LockstepClocks(members.length, this.#spec.maximumLead);
    this.#randoms = members.map(({id}) => createRandom({seed: 1, site: id, round, purpose: `async ${run}`}));
    this.#pending = members.map(() => null);
    if (this.#spec.exchange !== "swap") throw unfit("push-sum");
    if (this.#spec.clipFaulty !== null) throw unfit("clipping in a segment");
  }

  /**
   * Trains and exchanges until a majority would end the segment.
   * @throws TRAINING_*, PRIVACY_*, PARAMETERS_*
   */
  async run(): Promise<SettledSegment> {
    const {members} = this.#network;
    const {units} = this.#spec;
    for (let unit = 0; ; unit++) {
      const contributions = await this.#train(unit);
      contributions.forEach((contribution, member) => this.#takeProgress(member, contribution));
      const closers = [...members.keys()].filter((member) => isEnough(this.#clocks.ownOf(member), units));
      if (closers.length >= majority(members.length)) return this.#settle(unit + 1);
      for (const member of members.keys()) this.#clocks.beginUnit(member);
      this.#starts = this.#estimates();
      this.#exchange(unit);
      if (closers.length > 0) this.#clocks.tellAll(closers);
    }
  }

  get #spec(): AsyncSpec {
    return at(this.#specs, 0);
  }

  #starts: readonly Float32Array[] | null = null;

  #estimateOf(member: number): Float32Array {
    const {values, weight} = this.#table.massOf(member);
    return this.#reference.map((value, index) => value + (values[index] as number) / weight);
  }

  #estimates(): readonly Float32Array[] {
    return this.#network.members.map((_, member) => this.#estimateOf(member));
  }

  async #train(unit: number): Promise<readonly Contribution[]> {
    const {members, bad, trial} = this.#network;
    const starts = this.#starts ?? this.#estimates();
    const outcomes = await allEnded(
      members.map(async (site, member) => {
        const start = at(starts, member);
        return {site, start, ...(await site.workOnUnit(this.#certified, {unit, start}, trial.signal))};
      }),
    );
    const honest = outcomes.flatMap(({site, update}) => (bad.has(site.name) ? [] : [update]));
    const place = {round: this.#round, certified: this.#certified};
    return outcomes.map(({site, start, update, release}) => {
      const work = {...place, unit: {unit, start}, own: update, honest};
      return harmfulContribution(this.#network, site, work) ?? release;
    });
  }

  #takeProgress(member: number, {bytes}: Contribution): void {
    const {codec} = this.#spec;
    const {values} = parameterArithmetic.massOf(codec, bytes, this.#table.size);
    const scale = this.#clocks.takeScale(member);
    const pending = at(this.#pending, member) ?? new Float64Array(values.length);
    for (let index = 0; index < pending.length; index++) {
      pending[index] = (pending[index] as number) + scale * (values[index] as number);
    }
    this.#pending[member] = pending;
    this.#release(member);
  }

  #release(member: number): void {
    const pending = at(this.#pending, member);
    const own = at(this.#specs, member).weight;
    if (pending !== null && letIn(this.#table.massOf(member), pending, own)) this.#pending[member] = null;
  }

  #releaseAll(member: number): void {
    const values = this.#table.row(member);
    at(this.#pending, member)?.forEach((value, index) => {
      values[index] = (values[index] as number) + value;
    });
  }

  #exchange(step: number): void {
    const phase = this.#phaseOf(step);
    if (phase.rows.some((row) => row.length > 1)) throw unfit("segments whose phases have several partners");
    const ditherOf = (member: number) => drawDither(at(this.#randoms, member));
    this.#transfers += mixPhase(this.#table, phase, {codec: this.#spec.codec, ditherOf});
    phase.rows.forEach(([near], member) => {
      if (near === undefined) return;
      if (member < near.node) this.#clocks.meet(member, near.node);
      this.#release(member);
    });
  }

  #phaseOf(step: number): Phase {
    const {schedule} = this.#spec;
    const {run, members} = this.#network;
    const place = {run, round: this.#round};
    const periodOf = (period: number): Period =>
      segmentPeriod(schedule ?? {name: "random", steps: 1}, members.length, {...place, period});
    const {length} = periodOf(0);
    return length === 0 ? {rows: []} : periodOf(Math.floor(step / length)).phase(step % length);
  }

  #settle(units: number): SettledSegment {
    const {members} = this.#network;
    const codec = codecOf("f32");
    const contributions = members.map((_, member): Contribution => {
      this.#releaseAll(member);
      return parameterArithmetic.encodeMass(sha256, codec, this.#table.massOf(member), NO_DITHER);
    });
    const estimateOf = (member: number): Float32Array => {
      const {bytes} = at(contributions, member);
      const mass = parameterArithmetic.massOf(codec, bytes, this.#table.size);
      return parameterArithmetic.applyMass(this.#reference, this.#table.size, mass);
    };
    return {
      contributions,
      units,
      bytes: this.#transfers * contributionSize(this.#spec.codec, this.#table.size),
      distance: consensusDistance(members.length, estimateOf),
    };
  }
}
