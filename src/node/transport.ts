import {type CancelTimer, type Clock, isCoded, type Logger, unreachable} from "../core/index.ts";
import type {Session} from "../gossip/index.ts";
import type {Network} from "../network/index.ts";
import type {Snapshot} from "../parameters/index.ts";
import {isRelease, type Release, releaseMixture, releaseSnapshot} from "../privacy/index.ts";
import {
  type Contribution,
  type DurableRecord,
  decodeFrame,
  type Effect,
  type Event,
  encodeFrame,
  type MemberId,
  type TimerName,
} from "../rounds/index.ts";
import type {ReleaseKind} from "./watch/release-book.ts";
import type {Traffic} from "./watch/traffic.ts";
import {createWriteBacklog, type WriteBacklog} from "./write-backlog.ts";

/** Effects that belong to the run, not the transport. */
export type RunEffect = Extract<Effect, {type: "certified" | "report" | "work"}>;

/** The parts that carry out the session's effects. */
export interface TransportOptions {
  readonly session: Session;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Hears of everything that goes to and comes from peers. */
  readonly traffic?: Traffic;
  write(record: DurableRecord): Promise<void>;
  onRunEffect(effect: RunEffect): void;
  /** Reports that storage failed or a bug showed: the node cannot go on. */
  onFatal(error: unknown): void;
}

/** The edge of the protocol: turns occurrences into events, and effects into actions. */
export interface Transport {
  /** Gives the transport its network, which calls back into it; earlier events wait until then. */
  attach(network: Network): void;
  handle(event: Event): void;
  /** Handles a frame's bytes from a linked member. */
  onFrame(from: MemberId, bytes: Uint8Array): void;
  /** Hands this member's released update to the protocol. */
  contribute(round: number, release: Release): void;
  /** Lets members fetch a certified snapshot that a restart restored. */
  publish(snapshot: Snapshot): void;
  /** Ends the publication of a snapshot. */
  withdraw(hash: string): void;
  close(): void;
}

/** A {@link Transport}; effects are carried out in order, one event at a time. */
export function createTransport(options: TransportOptions): Transport {
  return new SessionTransport(options);
}

class SessionTransport implements Transport {
  readonly #options: TransportOptions;
  readonly #timers = new Map<TimerName, CancelTimer>();
  readonly #fetches = new Map<number, AbortController>();
  readonly #events: Event[] = [];
  #network: Network | null = null;
  #backlog: WriteBacklog | null = null;
  #writes: Promise<void> = Promise.resolve();
  #isHandling = false;
  #isClosed = false;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  attach(network: Network): void {
    this.#network = network;
    this.#backlog = createWriteBacklog(network);
    this.#drain(network);
  }

  handle(event: Event): void {
    this.#events.push(event);
    if (this.#network !== null) this.#drain(this.#network);
  }

  #drain(network: Network): void {
    if (this.#isHandling) return;
    this.#isHandling = true;
    try {
      for (
        let next = this.#events.shift();
        next !== undefined && !this.#isClosed;
        next = this.#events.shift()
      ) {
        this.#step(next, network);
      }
    } finally {
      this.#isHandling = false;
    }
  }

  onFrame(from: MemberId, bytes: Uint8Array): void {
    try {
      this.handle({type: "frame", from, frame: decodeFrame(bytes)});
    } catch (error) {
      if (!isCoded(error)) throw error;
      this.#options.logger.warn("a peer sent a malformed frame", {peer: from, code: error.code});
      this.#network?.drop(from);
    }
  }

  contribute(round: number, release: Release): void {
    this.handle({type: "contribute", round, contribution: release});
  }

  publish(snapshot: Snapshot): void {
    if (this.#network !== null) this.#publish("snapshot", releaseSnapshot(snapshot), this.#network);
  }

  withdraw(hash: string): void {
    this.#network?.withdraw(hash);
  }

  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#timers.values()) cancel();
    for (const controller of this.#fetches.values()) controller.abort();
    this.#timers.clear();
    this.#fetches.clear();
  }

  #step(event: Event, network: Network): void {
    const {session, clock, logger, onFatal} = this.#options;
    try {
      const origin = event.type === "frame" ? event.from : null;
      for (const effect of session.handle(event, clock.nowMs())) {
        if (effect.type === "persist") this.#persist(effect, origin);
        else this.#carryOut(effect, network);
      }
    } catch (error) {
      // Only a peer's bytes cause a coded error here; anything else that is thrown is a bug.
      if (!isCoded(error)) return onFatal(error);
      const peer = event.type === "frame" ? event.from : null;
      logger.warn("a peer's bytes were refused", {code: error.code, event: event.type, peer});
      if (peer !== null) network.drop(peer);
      return undefined;
    }
  }

  #carryOut(effect: Exclude<Effect, {type: "persist"}>, network: Network): void {
    switch (effect.type) {
      case "send":
        return this.#send(effect, network);
      case "fetch":
        return void this.#fetch(effect, network);
      case "cancel":
        return this.#fetches.get(effect.id)?.abort();
      case "publish-contribution":
        return this.#publishOwn(effect.contribution, network);
      case "publish-mixture":
        return this.#publish("mixture", releaseMixture(effect.mixture), network);
      case "publish-snapshot":
        return this.#publish("snapshot", releaseSnapshot(effect.snapshot), network);
      case "withdraw":
        return network.withdraw(effect.hash);
      case "arm":
        return this.#arm(effect.timer, effect.afterMs);
      case "disarm":
        return this.#disarm(effect.timer);
      case "certified":
      case "report":
      case "work":
        return this.#options.onRunEffect(effect);
      default:
        return unreachable(effect);
    }
  }

  #publishOwn(contribution: Contribution, network: Network): void {
    // The contribution of an asynchronous segment was published before, as a mixture.
    if (isRelease(contribution)) this.#publish("update", contribution, network);
  }

  /** Records the blob before any peer can fetch it: nothing of unknown kind may leave. */
  #publish(kind: Exclude<ReleaseKind, "frame">, release: Release, network: Network): void {
    this.#options.traffic?.published(kind, release);
    network.publish(release);
  }

  #send({to, frame}: Extract<Effect, {type: "send"}>, network: Network): void {
    const bytes = encodeFrame(frame);
    if (network.send(to, bytes)) this.#options.traffic?.sentFrame(to, bytes.byteLength);
  }

  async #fetch(effect: Extract<Effect, {type: "fetch"}>, network: Network): Promise<void> {
    const {id, from, hash, offset, length, total} = effect;
    const controller = new AbortController();
    this.#fetches.set(id, controller);
    try {
      const {signal} = controller;
      const bytes = await network.fetch({from, hash, offset, length, total, signal});
      this.#options.traffic?.fetched(from);
      this.handle({type: "fetched", id, bytes});
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!isCoded(error)) return this.#options.onFatal(error);
      this.#options.traffic?.fetchFailed();
      this.#options.logger.debug("a transfer failed", {peer: from, code: error.code});
      this.handle({type: "fetch-failed", id});
    } finally {
      this.#fetches.delete(id);
    }
  }

  #persist({id, record}: Extract<Effect, {type: "persist"}>, origin: MemberId | null): void {
    this.#backlog?.begin(origin);
    // One after the other: a record must not reach the disk before one that was requested earlier.
    this.#writes = this.#writes.then(async () => {
      if (this.#isClosed) return;
      try {
        await this.#options.write(record);
        this.#backlog?.end(origin);
        this.handle({type: "persisted", id});
      } catch (error) {
        this.#options.onFatal(error);
      }
    });
  }

  #arm(timer: TimerName, afterMs: number): void {
    this.#disarm(timer);
    const cancel = this.#options.clock.after(afterMs, () => {
      this.#timers.delete(timer);
      this.handle({type: "timer", timer});
    });
    this.#timers.set(timer, cancel);
  }

  #disarm(timer: TimerName): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }
}
