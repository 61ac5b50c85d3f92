import type {Clock} from "../../core/index.ts";
import type {BlobRange} from "../blobs/blob-store.ts";
import type {BlobRequest} from "../blobs/blob-wire.ts";
import {streamEnded} from "../faults.ts";
import {differingField} from "../handshake.ts";
import type {LinkFault} from "../link-table.ts";
import type {Handshake, PeerId} from "../types.ts";

/** A member on a {@link MemoryHub}. */
export interface MemoryMember {
  readonly peer: PeerId;
  /** The members to which this member links. */
  readonly members: readonly PeerId[];
  readonly handshake: Handshake;
  onUp(peer: PeerId): void;
  onDown(peer: PeerId, fault: LinkFault): void;
  onFrame(peer: PeerId, frame: Uint8Array): void;
  lookUp(peer: PeerId, request: BlobRequest): BlobRange;
}

/** A member's place on the hub. */
export interface MemoryPort {
  /** Sends a frame, which the hub then owns; `false` if there is no link. */
  send(to: PeerId, frame: Uint8Array): boolean;
  /** Asks a peer for a range; rejects with NETWORK_LINK_LOST when the link ends meanwhile. */
  ask(to: PeerId, request: BlobRequest): Promise<BlobRange>;
  /** Ends the link to `peer`, on both sides; another follows at once. */
  drop(peer: PeerId): void;
  /** Takes the member off the hub; its links go down on both sides. */
  leave(): void;
}

/** Faults and delays that the hub adds to what passes through it. */
export interface MemoryHubOptions {
  readonly clock: Clock;
  /** One-way delay in milliseconds; 0 when absent. Frames of one direction never overtake each other. */
  readonly latencyMs?: (from: PeerId, to: PeerId) => number;
  /**
   * Tells whether the next frame is lost on a live link, which happens on no real link; never when absent.
   */
  readonly isLost?: (from: PeerId, to: PeerId) => boolean;
}

/**
 * The network between members of one process: links those that list each other and agree on the handshake.
 */
export interface MemoryHub {
  join(member: MemoryMember): MemoryPort;
  /** Ends the link of two members, and allows none until it is healed. */
  cut(a: PeerId, b: PeerId): void;
  heal(a: PeerId, b: PeerId): void;
}

/** A live link; frames that are under way on it when it ends are lost. */
interface Wire {
  readonly ends: readonly [MemoryMember, MemoryMember];
  isLive: boolean;
  readonly onEnd: Set<() => void>;
  /** Frames under way to each end, by the end's id. */
  readonly queues: Map<PeerId, (() => void)[]>;
}

const pairKey = (a: PeerId, b: PeerId): string => [a, b].sort().join(" ");

/** Creates a {@link MemoryHub} without members. */
export function createMemoryHub(options: MemoryHubOptions): MemoryHub {
  return new Hub(options);
}

class Hub implements MemoryHub {
  readonly #options: MemoryHubOptions;
  readonly #members = new Map<PeerId, MemoryMember>();
  readonly #wires = new Map<string, Wire>();
  readonly #cuts = new Set<string>();

  constructor(options: MemoryHubOptions) {
    this.#options = options;
  }

  join(member: MemoryMember): MemoryPort {
    this.#members.set(member.peer, member);
    for (const other of this.#members.values()) this.#connect(member, other);
    return {
      send: (to, frame) => this.#send(member, to, frame),
      ask: (to, request) => this.#ask(member, to, request),
      drop: (peer) => this.#drop(member, peer),
      leave: () => {
        this.#members.delete(member.peer);
        for (const [key, wire] of this.#wires) if (wire.ends.includes(member)) this.#end(key, wire);
      },
    };
  }

  cut(a: PeerId, b: PeerId): void {
    const key = pairKey(a, b);
    this.#cuts.add(key);
    const wire = this.#wires.get(key);
    if (wire !== undefined) this.#end(key, wire);
  }

  heal(a: PeerId, b: PeerId): void {
    this.#cuts.delete(pairKey(a, b));
    const [first, second] = [this.#members.get(a), this.#members.get(b)];
    if (first !== undefined && second !== undefined) this.#connect(first, second);
  }

  #connect(a: MemoryMember, b: MemoryMember): void {
    const key = pairKey(a.peer, b.peer);
    const isAllowed = a.members.includes(b.peer) && b.members.includes(a.peer) && !this.#cuts.has(key);
    if (a === b || !isAllowed || this.#wires.has(key)) return;
    const wire: Wire = {ends: [a, b], isLive: true, onEnd: new Set(), queues: new Map()};
    this.#wires.set(key, wire);
    const field = differingField(a.handshake, b.handshake);
    this.#later(wire, a, b, () => {
      if (field === undefined) {
        a.onUp(b.peer);
        // The owner of one end may have ended the link on hearing of it.
        if (wire.isLive) b.onUp(a.peer);
      } else this.#end(key, wire, {code: "NETWORK_HANDSHAKE_MISMATCH", detail: field});
    });
  }

  #end(key: string, wire: Wire, fault: LinkFault = {code: "NETWORK_LINK_LOST"}): void {
    this.#wires.delete(key);
    wire.isLive = false;
    const [a, b] = wire.ends;
    a.onDown(b.peer, fault);
    b.onDown(a.peer, fault);
    for (const notify of wire.onEnd) notify();
  }

  #drop(member: MemoryMember, peer: PeerId): void {
    const found = this.#wire(member, peer);
    if (found === undefined) return;
    this.#end(pairKey(member.peer, peer), found.wire, {code: "NETWORK_FRAME_MALFORMED"});
    this.#connect(member, found.other);
  }

  #wire(from: MemoryMember, to: PeerId): {wire: Wire; other: MemoryMember} | undefined {
    const wire = this.#wires.get(pairKey(from.peer, to));
    const other = wire?.ends.find(({peer}) => peer === to);
    return wire === undefined || other === undefined || !wire.ends.includes(from) ? undefined : {wire, other};
  }

  #later(wire: Wire, from: MemoryMember, to: MemoryMember, action: () => void): void {
    const latencyMs = this.#options.latencyMs?.(from.peer, to.peer) ?? 0;
    const queue = wire.queues.get(to.peer) ?? [];
    wire.queues.set(to.peer, queue);
    queue.push(action);
    // Whichever timer fires first delivers the frame that was sent first.
    this.#options.clock.after(latencyMs, () => {
      const next = queue.shift();
      if (wire.isLive) next?.();
    });
  }

  #send(from: MemoryMember, to: PeerId, frame: Uint8Array): boolean {
    const found = this.#wire(from, to);
    if (found === undefined) return false;
    const {wire, other} = found;
    if (this.#options.isLost?.(from.peer, to) !== true) {
      this.#later(wire, from, other, () => other.onFrame(from.peer, frame));
    }
    return true;
  }

  #ask(from: MemoryMember, to: PeerId, request: BlobRequest): Promise<BlobRange> {
    const found = this.#wire(from, to);
    if (found === undefined) return Promise.reject(streamEnded());
    const {wire, other} = found;
    return new Promise((resolve, reject) => {
      const onEnd = (): void => reject(streamEnded());
      wire.onEnd.add(onEnd);
      this.#later(wire, from, other, () => {
        const range = other.lookUp(from.peer, request);
        this.#later(wire, other, from, () => {
          wire.onEnd.delete(onEnd);
          resolve(range);
        });
      });
    });
  }
}
