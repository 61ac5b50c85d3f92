import type {Clock} from "../../core/index.ts";
import type {Interval} from "../../evaluation/index.ts";
import type {Stage} from "../../participant/index.ts";
import type {Report} from "../../rounds/index.ts";
import type {ReleaseKind} from "./release-book.ts";

const HELD_EVENTS = 1000;
const ID = /^(\d{1,16})-(\d{1,16})$/;

/** Names of the alerts that need an operator. */
export type AlertName =
  /** Fewer members are linked than a decision needs. */
  | "peers-below-quorum"
  /** A member is linked and has said nothing for longer than two heartbeats take. */
  | "peer-silent"
  /** No round has been certified with this site's part for longer than allowed. */
  | "round-stalled"
  /** A member's part is missing in many of the last rounds. */
  | "share-fallen"
  /** The certificate of the status server expires soon, or has expired. */
  | "certificate-expiring"
  /** The delegation of this node's key by its organisation ends soon, or has ended. */
  | "delegation-ending"
  /** A member voted for two results in one ballot. */
  | "equivocation"
  /** Something that may not leave was about to leave. */
  | "egress-blocked"
  /** The node has failed and cannot go on. */
  | "node-failed";

/**
 * The steps by which a node opens before it can take part, in this order: `members` only if its state came
 * out of a backup.
 */
export type OpeningStep = "data" | "records" | "members" | "network";

/** An event at a node, for its observers; members are named as on the roster. */
export type NodeEvent =
  | {readonly type: "opening"; readonly step: OpeningStep}
  | {
      readonly type: "activity";
      readonly activity: "waiting" | "training" | "exchanging" | "finished";
      readonly round: number;
      /** Purpose of the round; null when the run has ended. */
      readonly stage: Stage["kind"] | null;
    }
  | {
      readonly type: "round";
      readonly round: number;
      readonly attempt: number;
      readonly stage: Stage["kind"];
      /** Hash of the resulting parameters. */
      readonly result: string;
      readonly contributors: readonly string[];
      readonly absent: readonly string[];
      readonly seconds: RoundSeconds;
      /**
       * For this round, see {@link NodeView.consensusDistance}; null if the site had no model of its own in
       * it.
       */
      readonly consensusDistance: number | null;
    }
  | {readonly type: "absence"; readonly round: number; readonly members: readonly string[]}
  | {
      readonly type: "validation";
      readonly round: number;
      readonly n: number;
      readonly auroc: Interval | null;
      readonly logLoss: number | null;
    }
  | {readonly type: "loss"; readonly round: number; readonly loss: number}
  | {
      readonly type: "link";
      readonly peer: string;
      readonly status: "up" | "down";
      /** Code of the reason; null when the link is up. */
      readonly reason: string | null;
    }
  | {
      readonly type: "release";
      readonly kind: Exclude<ReleaseKind, "frame">;
      readonly hash: string;
      readonly bytes: number;
    }
  | {
      readonly type: "report";
      readonly kind: Report["kind"];
      readonly round: number;
      readonly members: readonly string[];
      readonly reason: string | null;
      /**
       * True if a member's part was refused because it is wrong, not for being late or by a rule's choice.
       */
      readonly isRejection: boolean;
    }
  | {readonly type: "egress-blocked"; readonly reason: string}
  | {
      readonly type: "alert";
      readonly alert: AlertName;
      readonly state: "raised" | "cleared";
      readonly detail: string;
    };

/** Durations of the parts of a round at this node, in seconds; null if unknown. */
export interface RoundSeconds {
  readonly total: number | null;
  readonly training: number | null;
  readonly exchanging: number | null;
}

/** An event with its id, which increases during a daemon's life, and its wall-clock time. */
export interface StampedEvent {
  /** `<start of the daemon in ms>-<number from 1>`. */
  readonly id: string;
  readonly wallMs: number;
  readonly event: NodeEvent;
}

/** The past events that a new listener receives. */
export interface Subscription {
  /** The events after the one it named, oldest first. */
  readonly replay: readonly StampedEvent[];
  /**
   * Number of missed events that are no longer held; null if it named one of an earlier life of the daemon.
   */
  readonly missed: number | null;
  cancel(): void;
}

/** The last 1,000 events of a node, and those to come. */
export interface EventFeed {
  emit(event: NodeEvent): void;
  /**
   * Hands every later event to `listener`, which must not throw, and returns the events after `after`: none
   * for null, all that are held for an id that this daemon has not given.
   */
  subscribe(after: string | null, listener: (event: StampedEvent) => void): Subscription;
}

/**
 * An empty {@link EventFeed}.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {systemClock} from "consilium/core";
 * import {createEventFeed} from "consilium/node";
 *
 * const feed = createEventFeed(systemClock);
 * const heard: string[] = [];
 * const {cancel} = feed.subscribe(null, ({event}) => heard.push(event.type));
 * // Given to `createNode`, the feed hears of all that happens at the node.
 * feed.emit({type: "opening", step: "data"});
 * cancel();
 * feed.emit({type: "loss", round: 0, loss: 0.7});
 * assert.deepEqual(heard, ["opening"]);
 * ```
 */
export function createEventFeed(clock: Pick<Clock, "wallMs">): EventFeed {
  const life = Math.round(clock.wallMs());
  const held: StampedEvent[] = [];
  const listeners = new Set<(event: StampedEvent) => void>();
  let count = 0;
  const since = (after: string): Pick<Subscription, "replay" | "missed"> => {
    const parts = ID.exec(after);
    const [itsLife, last] = [Number(parts?.[1]), Number(parts?.[2])];
    if (parts === null || itsLife !== life || last > count) return {replay: [...held], missed: null};
    const oldest = count - held.length + 1;
    return {replay: held.slice(Math.max(0, last + 1 - oldest)), missed: Math.max(0, oldest - 1 - last)};
  };
  return {
    emit(event) {
      count += 1;
      const stamped = {id: `${life}-${count}`, wallMs: clock.wallMs(), event};
      held.push(stamped);
      if (held.length > HELD_EVENTS) held.shift();
      for (const listener of listeners) listener(stamped);
    },
    subscribe(after, listener) {
      const past = after === null ? {replay: [], missed: 0} : since(after);
      listeners.add(listener);
      return {...past, cancel: () => void listeners.delete(listener)};
    },
  };
}
