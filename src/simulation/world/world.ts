import {CodedError} from "../../core/index.ts";
import {
  type Contribution,
  createSession,
  type DurableRecord,
  decodeFrame,
  type Effect,
  type Event,
  encodeFrame,
  type MemberId,
  type Report,
  restoreSession,
  type Session,
  type TimerName,
} from "../../gossip/index.ts";
import {createEventQueue} from "./event-queue.ts";
import {createMachine, forget, keepLocally, type Machine} from "./machine.ts";
import type {WorldOptions} from "./options.ts";
import {workOn} from "./unit-work.ts";

/** How often a transfer from a stalled process is looked at again. */
const STALLED_TRANSFER_MS = 50;
/** From a record's reaching the disk to its process' hearing of it. */
const ACKNOWLEDGEMENT_MS = 0.2;

/**
 * The protocol under virtual time: the daemon's own session code with simulated links, disks and processes.
 * Frames are lost only with their link, as over a real stream; processes crash at chosen effects and restart
 * from what had reached their disk.
 */
export class World {
  readonly reports: {readonly member: MemberId; readonly report: Report}[] = [];
  readonly #options: WorldOptions;
  readonly #queue = createEventQueue();
  readonly #machines = new Map<MemberId, Machine>();
  readonly #cuts = new Set<string>();
  #timerSerial = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    for (const member of options.members) this.#machines.set(member, createMachine());
  }

  /** Virtual milliseconds since the beginning. */
  get nowMs(): number {
    return this.#queue.nowMs;
  }

  /** Does something at a later virtual time. */
  after(delayMs: number, action: () => void): void {
    this.#queue.after(delayMs, action);
  }

  /** The member's session, or null while it is down. */
  sessionOf(member: MemberId): Session | null {
    return this.#machine(member).session;
  }

  /** What has reached the member's disk. */
  diskOf(member: MemberId): readonly DurableRecord[] {
    return this.#machine(member).disk;
  }

  /** Whether every member that is up has ended the run. */
  get isFinished(): boolean {
    const up = [...this.#machines.values()].filter(({session}) => session !== null);
    return up.length > 0 && up.every(({session}) => session?.view().isFinished);
  }

  /** Runs until `isDone`. @throws SIMULATION_STALLED after `limit` events, or when none is left */
  run(isDone: () => boolean = () => this.isFinished, limit = 20_000): void {
    for (let count = 0; !isDone(); count++) {
      if (count >= limit || !this.#queue.step()) {
        const where = `at ${Math.round(this.#queue.nowMs)} ms after ${count} events: ${this.#describe()}`;
        throw new CodedError("SIMULATION_STALLED", `the members do not get on ${where}`);
      }
    }
  }

  /** Starts a member from its disk; its links come up one by one. */
  start(member: MemberId): void {
    const machine = this.#machine(member);
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
    for (const other of this.#machines.keys()) if (other !== member) this.#connect(member, other);
  }

  /** Ends a member's process; what was not on its disk is gone. */
  crash(member: MemberId): void {
    const machine = this.#machine(member);
    if (machine.session === null) return;
    forget(machine);
    const {life} = machine;
    for (const other of this.#machines.keys()) {
      this.#queue.after(this.#latencyMs(), () => this.#disconnect(other, member, life));
    }
  }

  /** Stops a member's process without ending its links (SIGSTOP). */
  stall(member: MemberId): void {
    this.#machine(member).isStalled = true;
  }

  /** Lets a stalled process go on (SIGCONT). */
  resume(member: MemberId): void {
    const machine = this.#machine(member);
    machine.isStalled = false;
    for (const action of machine.backlog.splice(0)) this.#queue.after(0, action);
  }

  /** Cuts the link between two members until it is healed. */
  cut(a: MemberId, b: MemberId): void {
    this.#cuts.add(this.#linkName(a, b));
    this.#disconnect(a, b, Number.POSITIVE_INFINITY);
    this.#disconnect(b, a, Number.POSITIVE_INFINITY);
  }

  /** Brings a cut link back. */
  heal(a: MemberId, b: MemberId): void {
    this.#cuts.delete(this.#linkName(a, b));
    this.#connect(a, b);
  }

  #linkName(a: MemberId, b: MemberId): string {
    return a < b ? `${a}|${b}` : `${b}|${a}`;
  }

  #machine(member: MemberId): Machine {
    const machine = this.#machines.get(member);
    if (machine === undefined)
      throw new CodedError("SIMULATION_UNKNOWN_MEMBER", `there is no member ${member}`);
    return machine;
  }

  #describe(): string {
    return [...this.#machines]
      .map(([member, {session}]) => `${member}@${session === null ? "down" : session.view().round}`)
      .join(" ");
  }

  #latencyMs(): number {
    return 1 + 20 * this.#options.random.uniform();
  }

  #isLinked(a: MemberId, b: MemberId): boolean {
    const isUp = a !== b && this.#machine(a).session !== null && this.#machine(b).session !== null;
    return isUp && !this.#cuts.has(this.#linkName(a, b));
  }

  #connect(a: MemberId, b: MemberId): void {
    const lives = [this.#machine(a).life, this.#machine(b).life];
    this.#queue.after(this.#latencyMs(), () => {
      const isSame = this.#machine(a).life === lives[0] && this.#machine(b).life === lives[1];
      if (isSame && this.#isLinked(a, b)) {
        this.#up(a, b);
        this.#up(b, a);
      }
    });
  }

  #up(member: MemberId, peer: MemberId): void {
    const {life} = this.#machine(peer);
    if (this.#machine(member).links.get(peer) === life) return;
    // Every link ends before the next to the same peer begins, as the network's contract has it.
    this.#disconnect(member, peer, life);
    this.#machine(member).links.set(peer, life);
    this.#handle(member, {type: "link-up", peer});
  }

  /** Ends `member`'s link to a life of `peer` before `life`. */
  #disconnect(member: MemberId, peer: MemberId, life: number): void {
    const {links} = this.#machine(member);
    if ((links.get(peer) ?? life) >= life) return;
    links.delete(peer);
    this.#handle(member, {type: "link-down", peer});
  }

  #deliver(to: MemberId, delayMs: number, event: Event, isWanted: () => boolean = () => true): void {
    const {life} = this.#machine(to);
    this.#queue.after(delayMs, () => {
      if (this.#machine(to).life === life && isWanted()) this.#handle(to, event);
    });
  }

  #train(member: MemberId): void {
    const machine = this.#machine(member);
    const view = machine.session?.view();
    const isTrainer = this.#options.setupOf(member).members.includes(member);
    if (view === undefined || view.isFinished || !isTrainer) return;
    if (view.segment !== null) return this.#deliver(member, 0, {type: "begin", round: view.round});
    const {life} = machine;
    this.#queue.after(this.#options.trainingMs(member, view.round), () => {
      const now = machine.session?.view();
      if (machine.life !== life || now?.round !== view.round) return;
      this.#contribute(member, this.#options.contributionOf(member, view.round, view.certified));
    });
  }

  #contribute(member: MemberId, contribution: Contribution): void {
    const machine = this.#machine(member);
    const round = machine.session?.view().round ?? 0;
    this.#handle(member, {type: "contribute", round, contribution});
  }

  #handle(member: MemberId, event: Event): void {
    const machine = this.#machine(member);
    if (machine.session === null) return;
    if (machine.isStalled) {
      const {life} = machine;
      machine.backlog.push(() => machine.life === life && this.#handle(member, event));
      return;
    }
    const {life} = machine;
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
        return this.#send(member, effect);
      case "fetch":
        return this.#fetch(member, effect);
      case "persist":
        return this.#write(member, machine, effect);
      case "arm":
        return this.#arm(member, machine, effect.timer, effect.afterMs);
      case "work":
        return workOn(this.#options, member, effect, (afterMs, event) =>
          this.#deliver(member, afterMs, event),
        );
      case "report":
        return void this.reports.push({member, report: effect.report});
      case "certified":
        this.#options.onCertified?.(member, effect);
        return this.#train(member);
      default:
        return undefined;
    }
  }

  /** Writes follow one another; what had not reached the disk when its process dies is lost. */
  #write(member: MemberId, machine: Machine, {id, record}: Extract<Effect, {type: "persist"}>): void {
    const {nowMs} = this.#queue;
    const {life} = machine;
    machine.diskFreeAtMs = Math.max(nowMs, machine.diskFreeAtMs) + 0.5 + 2 * this.#options.random.uniform();
    this.#queue.after(machine.diskFreeAtMs - nowMs, () => {
      if (machine.life === life) machine.disk.push(record);
    });
    // A process can die between the write and hearing of it.
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

  #send(from: MemberId, {to, frame}: Extract<Effect, {type: "send"}>): void {
    if (!this.#isLinked(from, to)) return;
    const bytes = encodeFrame(frame);
    const {life} = this.#machine(from);
    const isWanted = (): boolean => this.#machine(from).life === life && this.#isLinked(from, to);
    for (let copies = this.#options.copiesOf?.(frame, from) ?? 1; copies > 0; copies--) {
      this.#deliver(to, this.#latencyMs(), {type: "frame", from, frame: decodeFrame(bytes)}, isWanted);
    }
  }

  #fetch(member: MemberId, {id, from, hash, offset, length}: Extract<Effect, {type: "fetch"}>): void {
    const {life} = this.#machine(member);
    this.#queue.after(2 * this.#latencyMs(), () => {
      if (this.#machine(member).life !== life) return;
      const holder = this.#machine(from);
      if (holder.isStalled) {
        this.#queue.after(STALLED_TRANSFER_MS, () =>
          this.#fetch(member, {type: "fetch", id, from, hash, offset, length}),
        );
        return;
      }
      const blob = this.#isLinked(member, from) ? holder.blobs.get(hash) : undefined;
      if (blob === undefined) this.#handle(member, {type: "fetch-failed", id});
      else this.#handle(member, {type: "fetched", id, bytes: blob.slice(offset, offset + length)});
    });
  }
}
