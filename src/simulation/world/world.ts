import {CodedError, present} from "../../core/index.ts";
import {createSession, restoreSession, type Session} from "../../gossip/index.ts";
import type {
  Contribution,
  DurableRecord,
  Effect,
  Event,
  MemberId,
  Report,
  TimerName,
} from "../../rounds/index.ts";
import {createEventQueue} from "./event-queue.ts";
import {Links} from "./links.ts";
import {forget, keepLocally, type Machine} from "./machine.ts";
import type {WorldOptions} from "./options.ts";

/** Trains a unit of an asynchronous segment. `deliver` receives its progress when that is done. */
function workOn(
  {progressOf, unitMs}: WorldOptions,
  member: MemberId,
  {round, unit, start}: Extract<Effect, {type: "work"}>,
  deliver: (afterMs: number, eventOf: () => Event) => void,
): void {
  if (progressOf === undefined || unitMs === undefined) return;
  deliver(unitMs(member, unit), () => ({
    type: "progress",
    round,
    unit,
    contribution: progressOf(member, unit, start),
  }));
}

/** Time from a record reaching the disk to its process being told. */
const ACKNOWLEDGEMENT_MS = 0.2;

/**
 * The protocol under virtual time: the daemon's own session code with simulated links, disks and processes.
 * Links apply their model of latency, bandwidth, loss, repetition and order. Processes crash at chosen
 * effects and restart from what had reached their disk.
 */
export class World {
  readonly reports: {readonly member: MemberId; readonly report: Report}[] = [];
  readonly #options: WorldOptions;
  readonly #queue = createEventQueue();
  readonly #links: Links;
  #timerSerial = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#links = new Links(options, this.#queue, (member, event) => this.#handle(member, event));
  }

  /** Virtual milliseconds since the beginning. */
  get nowMs(): number {
    return this.#queue.nowMs;
  }

  /** Time of the next event; null if nothing is left to happen. */
  get nextMs(): number | null {
    return this.#queue.nextMs;
  }

  /** Runs `action` at a later virtual time. */
  after(delayMs: number, action: () => void): void {
    this.#queue.after(delayMs, action);
  }

  /** Returns the member's session, or null while it is down. */
  sessionOf(member: MemberId): Session | null {
    return this.#links.machine(member).session;
  }

  /** Returns the records that have reached the member's disk. */
  diskOf(member: MemberId): readonly DurableRecord[] {
    return this.#links.machine(member).disk;
  }

  /** True if every member that is up has ended the run. */
  get isFinished(): boolean {
    const up = [...this.#links.machines.values()].filter(({session}) => session !== null);
    return up.length > 0 && up.every(({session}) => session?.view().isFinished);
  }

  /** Runs until `isDone`. @throws SIMULATION_STALLED after `limit` events, or if none is left */
  run(isDone: () => boolean = () => this.isFinished, limit = 20_000): void {
    for (let count = 0; !isDone(); count++) {
      if (count >= limit || !this.#queue.step()) {
        const where = `at ${Math.round(this.#queue.nowMs)} ms after ${count} events: ${this.#describe()}`;
        throw new CodedError("SIMULATION_STALLED", `the members make no progress ${where}`);
      }
    }
  }

  /** Starts a member from its disk. Its links come up one by one. */
  start(member: MemberId): void {
    const machine = this.#links.machine(member);
    if (machine.session !== null) return;
    const restored = restoreSession(machine.disk);
    machine.life += 1;
    const {openSession = createSession, setupOf} = this.#options;
    machine.session = openSession({...setupOf(member), restored});
    if (restored.certified !== null) {
      machine.blobs.set(restored.certified.snapshot.hash, restored.certified.snapshot.bytes);
    }
    if (restored.round?.contribution == null) this.#train(member);
    else this.#contribute(member, restored.round.contribution);
    this.#links.connectAll(member);
  }

  /** Ends a member's process. Anything not on its disk is lost. */
  crash(member: MemberId): void {
    const machine = this.#links.machine(member);
    if (machine.session === null) return;
    forget(machine);
    this.#links.disconnectAll(member, machine.life);
  }

  /** Stops a member's process without ending its links (SIGSTOP). */
  stall(member: MemberId): void {
    this.#links.machine(member).isStalled = true;
  }

  /** Lets a stalled process continue (SIGCONT). */
  resume(member: MemberId): void {
    const machine = this.#links.machine(member);
    machine.isStalled = false;
    for (const action of machine.backlog.splice(0)) this.#queue.after(0, action);
  }

  /** Cuts the link between two members until it is healed. */
  cut(a: MemberId, b: MemberId): void {
    this.#links.cut(a, b);
  }

  /** Brings a cut link back. */
  heal(a: MemberId, b: MemberId): void {
    this.#links.heal(a, b);
  }

  /** Cuts every link between the `groups`. @returns a function that restores them */
  partition(groups: readonly (readonly MemberId[])[]): () => void {
    const pairs = groups.flatMap((group, index) =>
      groups.slice(index + 1).flatMap((other) => group.flatMap((a) => other.map((b) => [a, b] as const))),
    );
    for (const [a, b] of pairs) this.cut(a, b);
    return () => {
      for (const [a, b] of pairs) this.heal(a, b);
    };
  }

  #describe(): string {
    return [...this.#links.machines]
      .map(([member, {session}]) => `${member}@${session === null ? "down" : session.view().round}`)
      .join(" ");
  }

  #deliver(to: MemberId, delayMs: number, event: Event, isWanted: () => boolean = () => true): void {
    const {life} = this.#links.machine(to);
    this.#queue.after(delayMs, () => {
      if (this.#links.machine(to).life === life && isWanted()) this.#handle(to, event);
    });
  }

  #train(member: MemberId): void {
    const machine = this.#links.machine(member);
    const view = machine.session?.view();
    const isTrainer = this.#options.setupOf(member).members.includes(member);
    if (view === undefined || view.isFinished || !isTrainer) return;
    if (view.segment !== null) return this.#deliver(member, 0, {type: "begin", round: view.round});
    const {life} = machine;
    const durationMs = this.#options.trainingMs(member, view.round);
    const {round, certified} = view;
    this.#options.onTrain?.(member, {round, certified, unit: null, dueMs: this.nowMs + durationMs});
    this.#queue.after(durationMs, () => {
      const now = machine.session?.view();
      if (machine.life !== life || now?.round !== view.round) return;
      this.#contribute(member, this.#options.contributionOf(member, view.round, view.certified));
    });
  }

  #contribute(member: MemberId, contribution: Contribution): void {
    const {round} = present(this.sessionOf(member), "the session of a member that works").view();
    this.#handle(member, {type: "contribute", round, contribution});
  }

  #handle(member: MemberId, event: Event): void {
    const machine = this.#links.machine(member);
    if (machine.session === null) return;
    const {life} = machine;
    if (machine.isStalled) {
      machine.backlog.push(() => machine.life === life && this.#handle(member, event));
      return;
    }
    this.#options.onEvent?.(member, event);
    for (const effect of machine.session.handle(event, this.#queue.nowMs)) {
      if (machine.life !== life) return;
      const fault = this.#options.faultAt(member, effect, machine.effects++);
      if (fault === "crash-before") return this.crash(member);
      this.#carryOut(member, machine, effect);
      if (fault === "crash-after") return this.crash(member);
    }
  }

  #carryOut(member: MemberId, machine: Machine, effect: Effect): void {
    if (keepLocally(machine, effect)) return;
    switch (effect.type) {
      case "send":
        return this.#links.send(member, effect);
      case "fetch":
        return this.#links.fetch(member, effect);
      case "persist":
        return this.#write(member, machine, effect);
      case "arm":
        return this.#arm(member, machine, effect.timer, effect.afterMs);
      case "work":
        return this.#workOn(member, effect);
      case "report":
        return void this.reports.push({member, report: effect.report});
      case "certified":
        this.#options.onCertified?.(member, effect);
        return this.#train(member);
      default:
        return undefined;
    }
  }

  #workOn(member: MemberId, effect: Extract<Effect, {type: "work"}>): void {
    const {life, session} = this.#links.machine(member);
    workOn(this.#options, member, effect, (afterMs, eventOf) => {
      const {round, unit, start} = effect;
      const {certified} = present(session, "the session of a member that works").view();
      this.#options.onTrain?.(member, {round, certified, unit: {unit, start}, dueMs: this.nowMs + afterMs});
      this.#queue.after(afterMs, () => {
        if (this.#links.machine(member).life === life) this.#handle(member, eventOf());
      });
    });
  }

  /**
   * Writes a record. Writes follow one another, and one that has not reached the disk when its process dies
   * is lost.
   */
  #write(member: MemberId, machine: Machine, {id, record}: Extract<Effect, {type: "persist"}>): void {
    const {nowMs} = this.#queue;
    const {life} = machine;
    machine.diskFreeAtMs = Math.max(nowMs, machine.diskFreeAtMs) + 0.5 + 2 * this.#options.random.uniform();
    this.#queue.after(machine.diskFreeAtMs - nowMs, () => {
      if (machine.life === life) machine.disk.push(record);
    });
    // A process can die between the write and its acknowledgement.
    this.#deliver(member, machine.diskFreeAtMs + ACKNOWLEDGEMENT_MS - nowMs, {type: "persisted", id});
  }

  #arm(member: MemberId, machine: Machine, timer: TimerName, afterMs: number): void {
    const serial = ++this.#timerSerial;
    machine.timers.set(timer, serial);
    this.#deliver(member, afterMs, {type: "timer", timer}, () => {
      const isCurrent = machine.timers.get(timer) === serial;
      if (isCurrent) machine.timers.delete(timer);
      return isCurrent;
    });
  }
}
