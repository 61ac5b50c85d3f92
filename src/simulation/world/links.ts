import {CodedError} from "../../core/index.ts";
import {
  decodeFrame,
  type Effect,
  type Event,
  encodeFrame,
  type Frame,
  type MemberId,
} from "../../rounds/index.ts";
import type {EventQueue} from "./event-queue.ts";
import {happens, type LinkModel, PLAIN_LINK} from "./link-model.ts";
import {createMachine, type Machine} from "./machine.ts";
import type {WorldOptions} from "./options.ts";

/** Interval at which a transfer from a stalled process is checked again. */
const STALLED_TRANSFER_MS = 50;

type Send = Extract<Effect, {type: "send"}>;
type Fetch = Extract<Effect, {type: "fetch"}>;

/**
 * The links between the members' machines. They decide who reaches whom, and the fate of frames and
 * transfers.
 */
export class Links {
  readonly #options: WorldOptions;
  readonly #queue: EventQueue;
  readonly #machines = new Map<MemberId, Machine>();
  readonly #cuts = new Set<string>();
  readonly #decoded = new WeakMap<Frame, Frame>();
  readonly #handle: (member: MemberId, event: Event) => void;

  /** @param handle gives an event to a member's process */
  constructor(options: WorldOptions, queue: EventQueue, handle: (member: MemberId, event: Event) => void) {
    this.#options = options;
    this.#queue = queue;
    this.#handle = handle;
    for (const member of options.members) this.#machines.set(member, createMachine());
  }

  /** The machines of all members. */
  get machines(): ReadonlyMap<MemberId, Machine> {
    return this.#machines;
  }

  /** Returns one member's machine. @throws SIMULATION_UNKNOWN_MEMBER */
  machine(member: MemberId): Machine {
    const machine = this.#machines.get(member);
    if (machine === undefined) {
      throw new CodedError("SIMULATION_UNKNOWN_MEMBER", `there is no member ${member}`);
    }
    return machine;
  }

  /** Brings up, one by one, the links of a member that has started. */
  connectAll(member: MemberId): void {
    for (const other of this.#machines.keys()) if (other !== member) this.#connect(member, other);
  }

  /** Ends, one by one, the links to an ended life of a member. */
  disconnectAll(member: MemberId, life: number): void {
    for (const other of this.#machines.keys()) {
      this.#queue.after(this.#latencyMs(member, other), () => this.#disconnect(other, member, life));
    }
  }

  /** Cuts the link between two members until it is healed. */
  cut(a: MemberId, b: MemberId): void {
    this.#cuts.add(linkName(a, b));
    this.#disconnect(a, b, Number.POSITIVE_INFINITY);
    this.#disconnect(b, a, Number.POSITIVE_INFINITY);
  }

  /** Brings a cut link back. */
  heal(a: MemberId, b: MemberId): void {
    this.#cuts.delete(linkName(a, b));
    this.#connect(a, b);
  }

  /** Sends a frame; the link may lose, repeat or delay it. */
  send(from: MemberId, {to, frame}: Send): void {
    if (!this.#isLinked(from, to)) return;
    const {random} = this.#options;
    const model = this.#modelOf(from, to);
    if (happens(random, model.loss)) return;
    const arrived = this.#afterTheWire(frame);
    this.#deliver(from, to, this.#arrivalMs(from, to, model), arrived);
    if (happens(random, model.duplication)) {
      this.#deliver(from, to, this.#queue.nowMs + model.latencyMs(random), arrived);
    }
  }

  /** Transfers a part of a blob. The answer is an event of the member that requested it. */
  fetch(member: MemberId, effect: Fetch): void {
    const [taker, holder] = [this.machine(member), this.machine(effect.from)];
    const {life} = taker;
    const model = this.#modelOf(effect.from, member);
    const isFailing = happens(this.#options.random, model.failure);
    const durationMs = this.#transferMs(holder, taker, effect.length, model);
    const end = (): void => {
      if (taker.life !== life) return;
      if (holder.isStalled) {
        this.#queue.after(STALLED_TRANSFER_MS, end);
        return;
      }
      const {id, from, hash, offset, length} = effect;
      const blob = this.#isLinked(member, from) && !isFailing ? holder.blobs.get(hash) : undefined;
      if (blob === undefined) this.#handle(member, {type: "fetch-failed", id});
      else this.#handle(member, {type: "fetched", id, bytes: partOf(blob, offset, length)});
    };
    this.#queue.after(durationMs, end);
  }

  /** Duration of a transfer: the latency both ways, and its turn at the giver's and the taker's end. */
  #transferMs(giver: Machine, taker: Machine, length: number, model: LinkModel): number {
    const {nowMs} = this.#queue;
    const latencyMs = model.latencyMs(this.#options.random);
    const bytesMs = length / model.bytesPerMs;
    if (bytesMs === 0) return 2 * latencyMs;
    giver.sentAtMs = Math.max(nowMs + latencyMs, giver.sentAtMs) + bytesMs;
    taker.takenAtMs = Math.max(giver.sentAtMs + latencyMs, taker.takenAtMs) + bytesMs;
    return taker.takenAtMs - nowMs;
  }

  /** Arrival time of a frame sent now: after those before it, unless it may overtake them. */
  #arrivalMs(from: MemberId, to: MemberId, model: LinkModel): number {
    const {random} = this.#options;
    const atMs = this.#queue.nowMs + model.latencyMs(random);
    if (happens(random, model.reordering)) return atMs;
    const {lastFrameAtMs} = this.machine(to);
    const inOrderMs = Math.max(atMs, lastFrameAtMs.get(from) ?? 0);
    lastFrameAtMs.set(from, inOrderMs);
    return inOrderMs;
  }

  #deliver(from: MemberId, to: MemberId, atMs: number, frame: Frame): void {
    const [sender, taker] = [this.machine(from), this.machine(to)];
    const {life: senderLife} = sender;
    const {life: takerLife} = taker;
    this.#queue.after(atMs - this.#queue.nowMs, () => {
      const isSame = sender.life === senderLife && taker.life === takerLife;
      if (isSame && this.#isLinked(from, to)) this.#handle(to, {type: "frame", from, frame});
    });
  }

  /**
   * Returns a frame as its reader sees it after the bytes. A frame to several members is written and read
   * once.
   */
  #afterTheWire(frame: Frame): Frame {
    if (this.#options.writesFrames === false) return frame;
    const known = this.#decoded.get(frame);
    if (known !== undefined) return known;
    const decoded = decodeFrame(encodeFrame(frame));
    this.#decoded.set(frame, decoded);
    return decoded;
  }

  #modelOf(from: MemberId, to: MemberId): LinkModel {
    return this.#options.linkOf?.(from, to) ?? PLAIN_LINK;
  }

  #latencyMs(from: MemberId, to: MemberId): number {
    return this.#modelOf(from, to).latencyMs(this.#options.random);
  }

  #isLinked(a: MemberId, b: MemberId): boolean {
    const isUp = a !== b && this.machine(a).session !== null && this.machine(b).session !== null;
    return isUp && (this.#cuts.size === 0 || !this.#cuts.has(linkName(a, b)));
  }

  #connect(a: MemberId, b: MemberId): void {
    const lives = [this.machine(a).life, this.machine(b).life];
    this.#queue.after(this.#latencyMs(a, b), () => {
      const isSame = this.machine(a).life === lives[0] && this.machine(b).life === lives[1];
      if (isSame && this.#isLinked(a, b)) {
        this.#up(a, b);
        this.#up(b, a);
      }
    });
  }

  #up(member: MemberId, peer: MemberId): void {
    const {life} = this.machine(peer);
    if (this.machine(member).links.get(peer) === life) return;
    // Every link ends before the next to the same peer begins, as the network's contract requires.
    this.#disconnect(member, peer, life);
    this.machine(member).links.set(peer, life);
    this.#handle(member, {type: "link-up", peer});
  }

  /** Ends `member`'s link to a life of `peer` before `life`. */
  #disconnect(member: MemberId, peer: MemberId, life: number): void {
    const {links} = this.machine(member);
    if ((links.get(peer) ?? life) >= life) return;
    links.delete(peer);
    this.#handle(member, {type: "link-down", peer});
  }
}

/** Returns a part of a blob. All of it is the blob itself, which nobody changes. */
function partOf(blob: Uint8Array, offset: number, length: number): Uint8Array {
  return offset === 0 && length >= blob.length ? blob : blob.slice(offset, offset + length);
}

function linkName(a: MemberId, b: MemberId): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`;
}
