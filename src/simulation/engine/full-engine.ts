import {CodedError, createRandom, delay, present, systemClock} from "../../core/index.ts";
import {type SessionView} from "../../gossip/index.ts";
import {sessionSetup} from "../../node/index.ts";
import type {Arithmetic, Certified, Effect, Event, SessionSetup} from "../../rounds/index.ts";
import type {SimulationErrorCode} from "../errors.ts";
import {World} from "../world/world.ts";
import {unlessDiverged} from "./divergence.ts";
import {heldModels, stateHash} from "./held-models.ts";
import {linkModels, stepMs} from "./link-times.ts";
import {planMisfortunes} from "./misfortunes.ts";
import type {SimulatedNetwork} from "./network.ts";
import type {NetworkOutcome, NetworkRound, RoundHook, Stall} from "./network-outcome.ts";
import {RoundWatch} from "./round-watch.ts";
import {sharedArithmetic, simulatedPrimitives} from "./seals.ts";
import type {SimulatedSite} from "./simulated-site.ts";
import {WorldTraining} from "./world-training.ts";

/** Largest number of members that the daemons' frames can name. */
const MAX_MEMBERS = 1024;
/** Number of events after which the process handles anything else, such as an abort. */
const EVENTS_AT_ONCE = 20_000;
/** Virtual time without a result or a unit of work after which the run counts as stalled. */
const MS_OF_AN_HOUR = 3600 * 1000;
const STALL_MS = 24 * MS_OF_AN_HOUR;
const ROSTER = "00".repeat(32);
const MS_OF_A_SECOND = 1000;

/** A network on virtual time, with every message of every session. */
class FullRun {
  readonly #network: SimulatedNetwork;
  readonly #training: WorldTraining;
  readonly #watch: RoundWatch;
  readonly #world: World;
  readonly #sites: ReadonlyMap<string, SimulatedSite>;
  readonly #setups: ReadonlyMap<string, Omit<SessionSetup, "restored">>;
  readonly #up = new Set<string>();
  #lastProgressMs = 0;
  #isDone = false;

  constructor(network: SimulatedNetwork) {
    this.#network = network;
    this.#training = new WorldTraining(network);
    this.#watch = new RoundWatch(network);
    this.#sites = new Map(network.members.map((site) => [site.id, site]));
    this.#setups = this.#sessionSetups();
    this.#world = this.#openWorld();
  }

  async run(onRound: RoundHook): Promise<NetworkOutcome> {
    const {trial, members, sites} = this.#network;
    const {experiment, plan} = trial;
    planMisfortunes(
      {
        world: this.#world,
        seed: plan.seed,
        ids: new Map(sites.map(({name, id}) => [name, id])),
        down: (id) => this.#down(id),
        up: (id) => this.#start(id),
      },
      experiment,
    );
    for (const {id} of members) this.#start(id);
    const rounds: NetworkRound[] = [];
    const tell = async (): Promise<void> => {
      for (const {held, entry} of this.#watch.take()) {
        rounds.push(entry);
        await onRound(held, entry);
      }
    };
    const isFinite = await this.#runToEnd(tell);
    if (!isFinite || this.#isStalled) this.#watch.end();
    await tell();
    const newest = this.#watch.newest();
    const held = heldModels(this.#network, Math.max(0, rounds.length - 1), newest);
    const divergedAt = isFinite ? null : rounds.length;
    const stall = this.#isStalled && isFinite ? this.#stallIn(rounds.length) : null;
    const {setupBytes} = this.#watch;
    return {...held, rounds, setupBytes, stateHash: stateHash(held.models, newest), divergedAt, stall};
  }

  /** Runs until all is done or the run stalls. @returns false if training diverged */
  async #runToEnd(tell: () => Promise<void>): Promise<boolean> {
    const {signal} = this.#network.trial;
    let isFinite = true;
    while (isFinite && !this.#isStalled && (!this.#isDone || this.#watch.hasEnded)) {
      isFinite = (await unlessDiverged(async () => this.#advance())) !== null;
      await tell();
      await delay(systemClock, 0, signal);
      if (!isFinite || !this.#isTrainingDue()) continue;
      isFinite = (await unlessDiverged(() => this.#training.trainAnnounced())) !== null;
    }
    return isFinite;
  }

  /** Runs the world until something must be done outside it. */
  #advance(): void {
    let events = 0;
    this.#world.run(
      () =>
        this.#isDone ||
        this.#watch.hasEnded ||
        this.#isTrainingDue() ||
        this.#isStalled ||
        ++events > EVENTS_AT_ONCE,
      Number.POSITIVE_INFINITY,
    );
  }

  #isTrainingDue(): boolean {
    const {nextMs} = this.#world;
    return nextMs !== null && nextMs >= this.#training.dueMs;
  }

  /** True if the run has stalled: no result for a day, or no event is left. */
  get #isStalled(): boolean {
    if (this.#isDone || this.#watch.hasEnded) return false;
    return this.#world.nextMs === null || this.#world.nowMs - this.#lastProgressMs > STALL_MS;
  }

  #stallIn(round: number): Stall {
    const {length} = this.#network.members;
    const isQuiet = this.#world.nextMs === null;
    const hours = STALL_MS / MS_OF_AN_HOUR;
    const what = isQuiet ? "nothing was left to happen" : `nothing was decided in ${hours} virtual hours`;
    const reason = `${what}, with ${this.#up.size} of ${length} nodes up at the end`;
    return {round, seconds: this.#lastProgressMs / MS_OF_A_SECOND, reason};
  }

  #start(id: string): void {
    if (this.#up.has(id)) return;
    this.#up.add(id);
    this.#world.start(id);
  }

  #down(id: string): void {
    if (!this.#up.delete(id)) return;
    this.#training.giveUp(id);
    const {round} = this.#viewOf(id);
    const isOnDisk = this.#world
      .diskOf(id)
      .some((record) => record.kind === "contribution" && record.round === round);
    this.#siteOf(id).restart(isOnDisk);
    this.#world.crash(id);
    this.#considerEnd();
  }

  #considerEnd(): void {
    const {rounds} = this.#network.stages;
    this.#isDone = this.#up.size > 0 && [...this.#up].every((id) => this.#watch.roundsOf(id) >= rounds);
  }

  #onCertified(id: string, certified: Certified): void {
    this.#lastProgressMs = this.#world.nowMs;
    this.#training.giveUp(id);
    this.#siteOf(id).settle(certified.certificate);
    this.#watch.onCertified(id, certified, {seconds: this.#world.nowMs / MS_OF_A_SECOND, up: this.#up});
    this.#considerEnd();
  }

  #onEvent(event: Event): void {
    if (event.type === "fetched") this.#watch.onBytes(event.bytes.length);
  }

  /** Notes the contributions of a segment. It causes no faults. */
  #onEffect(id: string, effect: Effect): void {
    if (effect.type !== "persist" || effect.record.kind !== "contribution") return;
    const {round, contribution} = effect.record;
    const spec = this.#siteOf(id).stages.specOf(round, this.#viewOf(id).certified);
    if (spec.asynchronous !== undefined) this.#watch.onMass(id, spec, contribution.bytes);
  }

  #durationMs(id: string, round: number): number {
    const site = this.#siteOf(id);
    if (site.stages.stageOf(round).kind !== "training") return 0;
    return site.steps * stepMs(this.#network.trial.experiment, site.name);
  }

  #openWorld(): World {
    const {trial, members} = this.#network;
    const links = linkModels(trial.experiment.network);
    return new World({
      members: members.map(({id}) => id),
      setupOf: (member) => this.#setupOf(member),
      contributionOf: (member, round) => this.#training.take(member, round, null),
      trainingMs: (member, round) => this.#durationMs(member, round),
      progressOf: (member, unit) => this.#training.take(member, this.#viewOf(member).round, unit),
      unitMs: (member) => this.#durationMs(member, this.#viewOf(member).round),
      onTrain: (member, training) => {
        this.#lastProgressMs = this.#world.nowMs;
        this.#training.announce(member, training);
      },
      random: createRandom({seed: trial.plan.seed, site: "", round: 0, purpose: "network"}),
      linkOf: (from, to) => links(this.#siteOf(from).name, this.#siteOf(to).name),
      writesFrames: false,
      faultAt: (member, effect) => {
        this.#onEffect(member, effect);
        return "none";
      },
      onCertified: (member, certified) => this.#onCertified(member, certified),
      onEvent: (_, event) => this.#onEvent(event),
    });
  }

  #siteOf(id: string): SimulatedSite {
    return present(this.#sites.get(id), "the site of a member");
  }

  #viewOf(id: string): SessionView {
    return present(this.#world.sessionOf(id), "the session of a member that works").view();
  }

  #setupOf(member: string): Omit<SessionSetup, "restored"> {
    const setup = this.#setups.get(member);
    if (setup !== undefined) return setup;
    throw new CodedError<SimulationErrorCode>("SIMULATION_UNKNOWN_MEMBER", `there is no member ${member}`);
  }

  #sessionSetups(): ReadonlyMap<string, Omit<SessionSetup, "restored">> {
    const {trial, run, members} = this.#network;
    const ids = members.map(({id}) => id);
    const arithmetic = sharedArithmetic();
    return new Map(
      members.map(({id, stages}) => {
        const planned = sessionSetup(trial.plan, {self: id, run, roster: ROSTER, members: ids, stages});
        return [id, {...planned, primitives: simulatedPrimitives(id, this.#listening(id, arithmetic))}];
      }),
    );
  }

  /** Wraps the arithmetic of a member and records its estimates at the end of the phases. */
  #listening(id: string, arithmetic: Arithmetic): Arithmetic {
    return {
      ...arithmetic,
      applyMass: (...given) => {
        const estimate = arithmetic.applyMass(...given);
        this.#watch.onEstimate(id, estimate);
        return estimate;
      },
    };
  }
}

/**
 * Runs the network with every message on virtual time: the daemons' sessions over links with the experiment's
 * delays, speeds and losses, and with its churn, crashes and partitions. Runs of one seed are equal to the
 * byte. Training that diverges at a site ends the run, and so does a stall; the outcome records it.
 * @throws TRAINING_*, PARAMETERS_*, PRIVACY_*, SIMULATION_NETWORK_TOO_LARGE, and the abort reason of the
 * trial's signal
 */
export async function runFull(network: SimulatedNetwork, onRound: RoundHook): Promise<NetworkOutcome> {
  if (network.members.length > MAX_MEMBERS) {
    throw new CodedError<SimulationErrorCode>(
      "SIMULATION_NETWORK_TOO_LARGE",
      `${network.members.length} members are more than the ${MAX_MEMBERS} that frames can name`,
      {hint: "Choose engine: fast, or fewer nodes."},
    );
  }
  return await new FullRun(network).run(onRound);
}
