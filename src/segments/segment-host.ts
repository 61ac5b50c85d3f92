import {
  type AsyncRecord,
  type Contribution,
  type Effect,
  type Event,
  isAsyncFrame,
  type MemberId,
  type RoundState,
  type SessionSetup,
} from "../rounds/index.ts";
import {ownClock} from "./clock.ts";
import {close, hasTakenPart, settledMass} from "./closing.ts";
import {withdrawShown} from "./joining.ts";
import {massesOf, type SegmentMasses} from "./masses.ts";
import {
  begin,
  onAsyncFrame,
  onAsyncTimer,
  onMassFailed,
  onMassFetched,
  onProgress,
  onSegmentLinkDown,
  onSegmentLinkUp,
  onSegmentPersisted,
  openSegment,
  settleSegment,
} from "./segment.ts";
import {estimateOf} from "./state.ts";
import type {SegmentContext, SegmentState} from "./types.ts";

/** State of a member's asynchronous segment, for status pages, evidence and tests. */
export interface SegmentView {
  readonly stage: SegmentState["stage"];
  /** Number of units of work that this member has ended. */
  readonly units: number;
  /** Its progress as it counts so far, in units. */
  readonly clock: number;
  /** Number of exchanges that it has applied. */
  readonly exchanges: number;
  readonly weight: number;
  /** z = ref + s / w, `[mixed]`: a copy. */
  estimate(): Float32Array;
  /** The parts that it holds of the common mass. */
  masses(): SegmentMasses;
}

/** The outlet for a host's effects. */
export interface SegmentOutlet {
  emit(effect: Effect): void;
  nextId(): number;
}

/**
 * Runs the asynchronous segments of a member's run, one after another; it hears every event of the session.
 */
export class SegmentHost {
  readonly #setup: SessionSetup;
  readonly #outlet: SegmentOutlet;
  readonly #linked: ReadonlySet<MemberId>;
  #restored: AsyncRecord | null;
  #state: SegmentState | null = null;

  /** @param linked members whose links are up, kept up by the session */
  constructor(setup: SessionSetup, linked: ReadonlySet<MemberId>, outlet: SegmentOutlet) {
    this.#setup = setup;
    this.#linked = linked;
    this.#outlet = outlet;
    this.#restored = setup.restored.round?.segment ?? null;
  }

  /** The segment as it is now. */
  view(): SegmentView | null {
    const state = this.#state;
    if (state === null) return null;
    const {stage, units, exchanges, weight} = state;
    return {
      stage,
      units,
      exchanges,
      weight,
      clock: ownClock(state),
      estimate: () => estimateOf(state),
      masses: () => massesOf(state),
    };
  }

  /**
   * Follows an event that the session has handled.
   * @param round state of the session after it
   * @returns the settled mass, if it is this member's contribution to the round now
   */
  handle(event: Event, nowMs: number, round: RoundState | null): Contribution | null {
    this.follow(round);
    const state = this.#state;
    if (state === null || round === null) return null;
    const context: SegmentContext = {state, nowMs, ...this.#outlet};
    const isLast = dispatch(context, event);
    const areOthersReady = [...round.ready.keys()].some((member) => member !== state.setup.self);
    if (areOthersReady) close(context);
    settleSegment(context);
    if (!isLast || !hasTakenPart(state)) return null;
    const mixture = settledMass(state);
    this.#outlet.emit({type: "publish-mixture", mixture});
    return mixture;
  }

  /** Ends the segment of a past round, and opens that of the round under way. */
  follow(round: RoundState | null): void {
    const before = this.#state;
    if (before !== null && before.setup.round === round?.setup.round) return;
    if (before !== null) end(before, this.#outlet);
    this.#state = round === null ? null : this.#open(round);
  }

  #open({setup: {round, spec}}: RoundState): SegmentState | null {
    const {self, run, members, limits, primitives} = this.#setup;
    const {asynchronous, reference, mixed} = spec;
    if (asynchronous === undefined || !members.includes(self)) return null;
    const record = this.#restored?.round === round ? this.#restored : null;
    this.#restored = null;
    const snapshot = reference.slice(0, mixed);
    const setup = {self, run, round, members, limits, primitives, spec: asynchronous, reference: snapshot};
    return openSegment(setup, this.#linked, record);
  }
}

function end(state: SegmentState, {emit}: SegmentOutlet): void {
  const {step, outbox, fetches} = state;
  emit({type: "disarm", timer: "async"});
  for (const id of fetches.keys()) emit({type: "cancel", id});
  if (step !== null) emit({type: "withdraw", hash: step.own.mixture.hash});
  for (const {travelling} of outbox.values()) emit({type: "withdraw", hash: travelling.mixture.hash});
  withdrawShown({state, emit});
}

/** @returns true if the settled mass is on disk now */
function dispatch(context: SegmentContext, event: Event): boolean {
  const {state} = context;
  const {members, round, run} = state.setup;
  switch (event.type) {
    case "begin":
      begin(context);
      // A restart found that the mass was settled before.
      return state.stage === "closed";
    case "progress":
      if (event.round === round) onProgress(context, event.unit, event.contribution);
      return false;
    case "frame": {
      const {frame, from} = event;
      const isOurs = isAsyncFrame(frame) && frame.run === run && frame.round === round;
      if (isOurs && members.includes(from)) onAsyncFrame(context, from, frame);
      return false;
    }
    case "link-up":
      if (members.includes(event.peer)) onSegmentLinkUp(context, event.peer);
      return false;
    case "link-down":
      if (members.includes(event.peer)) onSegmentLinkDown(context, event.peer);
      return false;
    case "timer":
      if (event.timer === "async") onAsyncTimer(context);
      return false;
    default:
      return onAnswer(context, event);
  }
}

function onAnswer(context: SegmentContext, event: Event): boolean {
  const {fetches, writes} = context.state;
  if (event.type === "persisted") {
    const write = writes.get(event.id);
    writes.delete(event.id);
    return write !== undefined && onSegmentPersisted(context, write.version, write.purpose);
  }
  if (event.type !== "fetched" && event.type !== "fetch-failed") return false;
  const fetch = fetches.get(event.id);
  if (fetch === undefined) return false;
  fetches.delete(event.id);
  if (event.type === "fetched") onMassFetched(context, fetch, event.bytes);
  else onMassFailed(context, fetch);
  return false;
}
