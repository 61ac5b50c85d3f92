import type {Session} from "../../gossip/index.ts";
import type {DurableRecord, Effect, MemberId} from "../../rounds/index.ts";

/** One member's simulated process, disk and links. */
export interface Machine {
  session: Session | null;
  /** Number of the current life, which distinguishes it from the member's earlier lives. */
  life: number;
  isStalled: boolean;
  readonly backlog: (() => void)[];
  readonly disk: DurableRecord[];
  readonly blobs: Map<string, Uint8Array>;
  readonly timers: Map<string, number>;
  /** The life of each peer to which a link is up. */
  readonly links: Map<MemberId, number>;
  /** Arrival time of the last frame in order from each peer. */
  readonly lastFrameAtMs: Map<MemberId, number>;
  /** Time at which the last write will have reached the disk. */
  diskFreeAtMs: number;
  /**
   * Times at which the transfers requested from it will have left, and those that it requested will have
   * arrived.
   */
  sentAtMs: number;
  takenAtMs: number;
  /** Number of effects that it has carried out. */
  effects: number;
}

/** Creates a machine that has never been started. */
export function createMachine(): Machine {
  return {
    session: null,
    life: 0,
    isStalled: false,
    backlog: [],
    disk: [],
    blobs: new Map(),
    timers: new Map(),
    links: new Map(),
    lastFrameAtMs: new Map(),
    diskFreeAtMs: 0,
    sentAtMs: 0,
    takenAtMs: 0,
    effects: 0,
  };
}

/** Ends the process. Everything except the disk is lost. */
export function forget(machine: Machine): void {
  machine.session = null;
  machine.life += 1;
  machine.isStalled = false;
  machine.backlog.length = 0;
  machine.blobs.clear();
  machine.timers.clear();
  machine.links.clear();
  machine.lastFrameAtMs.clear();
  machine.diskFreeAtMs = 0;
  machine.sentAtMs = 0;
  machine.takenAtMs = 0;
}

/** Carries out the part of an effect that concerns only this machine. @returns whether that was all of it */
export function keepLocally(machine: Machine, effect: Effect): boolean {
  switch (effect.type) {
    case "publish-contribution":
      machine.blobs.set(effect.contribution.hash, effect.contribution.bytes);
      return true;
    case "publish-mixture":
      machine.blobs.set(effect.mixture.hash, effect.mixture.bytes);
      return true;
    case "publish-snapshot":
      machine.blobs.set(effect.snapshot.hash, effect.snapshot.bytes);
      return true;
    case "withdraw":
      machine.blobs.delete(effect.hash);
      return true;
    case "disarm":
      machine.timers.delete(effect.timer);
      return true;
    default:
      return false;
  }
}
