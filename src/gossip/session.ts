import {SegmentHost} from "./async/segment-host.ts";
import {CatchUp} from "./catch-up.ts";
import {createDeadline} from "./deadline.ts";
import {type Frame, type FrameOf, isAsyncFrame} from "./frames.ts";
import {Presence} from "./presence.ts";
import type {MemberId} from "./quorum.ts";
import {
  closeRound,
  contribute,
  onFetched,
  onFetchFailed,
  onFrame,
  onLinkDown,
  onLinkUp,
  onPersisted,
  onTimer,
} from "./round.ts";
import {roundAfter, rulesAfter} from "./round-rules.ts";
import {createRoundState, type RoundContext, type RoundState} from "./round-state.ts";
import type {Session, SessionCheckpoint, SessionView} from "./session-types.ts";
import type {Certified, Effect, Event, RestoredRound, SessionSetup, TimerName} from "./types.ts";
import {settle} from "./voting.ts";

const TIMERS: readonly TimerName[] = ["deadline", "exchange", "patience"];

/** An observer asks for news each time this many of the shortest deadlines have passed: it keeps nobody waiting. */
const OBSERVER_PACE = 5;

/**
 * Starts or, from what was restored, resumes a member's part in a run.
 * @param checkpoint where another session of this process stood, for a replay
 */
export function createSession(setup: SessionSetup, checkpoint: SessionCheckpoint | null = null): Session {
  return new SessionMachine(setup, checkpoint);
}

class SessionMachine implements Session {
  readonly #setup: SessionSetup;
  readonly #readiness;
  readonly #exchanging;
  readonly #presence: Presence;
  /** What members that are a round ahead said of it: it is said once. */
  readonly #early = new Map<MemberId, FrameOf<"ready">>();
  /** What the round under way began with. */
  #opening: Pick<SessionCheckpoint, "atMs" | "worth" | "early">;
  #lastId: number;
  #certified: Certified | null;
  readonly #catchUp: CatchUp;
  readonly #segments: SegmentHost;
  #round: RoundState | null;
  #effects: Effect[] = [];
  #nowMs = 0;

  /** Whether this node takes the results without training or voting, as evaluators do. */
  readonly #isObserver: boolean;

  constructor(setup: SessionSetup, before: SessionCheckpoint | null) {
    this.#setup = setup;
    this.#isObserver = !setup.members.includes(setup.self);
    this.#lastId = before?.lastId ?? 0;
    this.#presence = new Presence(before?.presence);
    this.#opening = before ?? {atMs: 0, worth: setup.members, early: []};
    this.#readiness = createDeadline(setup.limits, before?.readiness);
    this.#exchanging = createDeadline(setup.limits, before?.exchanging);
    const outlet = {emit: (effect: Effect) => this.#emit(effect), nextId: () => ++this.#lastId};
    this.#catchUp = new CatchUp(setup, outlet);
    this.#segments = new SegmentHost(setup, this.#presence.linked, outlet);
    this.#certified = setup.restored.certified;
    this.#round = this.#openRound(this.#opening.worth, setup.restored.round);
    this.#nowMs = this.#opening.atMs;
    for (const {from, frame} of this.#opening.early) this.#onFrame(from, frame);
    this.#segments.follow(this.#round);
    this.#lastId = before?.lastId ?? 0;
  }

  checkpoint(): SessionCheckpoint | null {
    if (!this.#catchUp.isAtRest) return null;
    return {
      lastId: this.#lastId,
      presence: this.#presence.memory(),
      ...this.#opening,
      readiness: this.#readiness.memory(),
      exchanging: this.#exchanging.memory(),
    };
  }

  view(): SessionView {
    return {
      round: this.#round?.setup.round ?? this.#setup.rounds,
      isFinished: this.#round === null,
      certified: this.#certified,
      ready: [...(this.#round?.ready.keys() ?? [])],
      segment: this.#segments.view(),
    };
  }

  handle(event: Event, nowMs: number): Effect[] {
    this.#nowMs = nowMs;
    this.#effects = [];
    this.#dispatch(event);
    const settled = this.#segments.handle(event, nowMs, this.#round);
    if (settled !== null) this.#inRound((context) => contribute(context, settled));
    return this.#effects;
  }

  #dispatch(event: Event): void {
    switch (event.type) {
      case "contribute":
        if (event.round !== this.#round?.setup.round || this.#isObserver) return;
        return this.#inRound((context) => contribute(context, event.contribution));
      case "frame":
        return this.#onFrame(event.from, event.frame);
      case "link-up":
        this.#ask(event.peer);
        if (!this.#isMember(event.peer)) return;
        this.#presence.up(event.peer);
        if (this.#isObserver) this.#askAgainLater();
        return this.#inRound((context) => onLinkUp(context, event.peer));
      case "link-down":
        this.#presence.down(event.peer);
        this.#catchUp.onLinkDown(event.peer);
        return this.#inRound((context) => onLinkDown(context, event.peer));
      case "fetched":
        return this.#onFetched(event.id, event.bytes);
      case "fetch-failed":
        return this.#onFetchFailed(event.id);
      case "persisted":
        return this.#onPersisted(event.id);
      case "timer":
        return this.#onTimer(event.timer);
      default: // The asynchronous segment's.
    }
  }

  #emit(effect: Effect): void {
    this.#effects.push(effect);
  }

  #inRound(act: (context: RoundContext) => void): void {
    if (this.#round === null) return;
    act({
      state: this.#round,
      nowMs: this.#nowMs,
      emit: (effect) => {
        if (!this.#catchUp.overtakes(effect)) this.#emit(effect);
      },
      nextId: () => ++this.#lastId,
    });
  }

  #openRound(heard: Iterable<MemberId>, restored: RestoredRound | null): RoundState | null {
    const deadlines = {readiness: this.#readiness, exchanging: this.#exchanging};
    const setup = roundAfter(this.#setup, this.#certified, deadlines);
    return setup === null ? null : createRoundState(setup, {linked: this.#presence.linked, heard}, restored);
  }

  #advance(next: Certified): void {
    const {round, contributors} = next.certificate.body;
    const hasJumped = round !== this.#round?.setup.round;
    this.#inRound(closeRound);
    for (const timer of TIMERS) this.#emit({type: "disarm", timer});
    const early = [...this.#early].map(([from, frame]) => ({from, frame}));
    this.#early.clear();
    this.#opening = {atMs: this.#nowMs, worth: this.#presence.turn(contributors), early};
    this.#certified = next;
    this.#catchUp.end(round);
    this.#round = this.#openRound(this.#opening.worth, null);
    if (this.#isObserver) this.#askAgainLater();
    this.#emit({type: "publish-snapshot", snapshot: next.snapshot});
    this.#emit({type: "certified", ...next, hasJumped});
    for (const {from, frame} of early) this.#onFrame(from, frame);
  }

  #onFrame(from: MemberId, frame: Frame): void {
    if (frame.run !== this.#setup.run) return;
    if (this.#isMember(from)) this.#presence.hear(from);
    const {round} = this.view();
    // Evaluators are linked too: they ask and answer, and have no part in the decision.
    if (frame.type === "ask") this.#onAsk(from, frame);
    else if (frame.type === "certificate") this.#onCertificate(from, frame);
    else if (!this.#isMember(from)) return;
    else if (frame.round > round) this.#onEarlyFrame(from, frame);
    else if (frame.round < round) this.#onLateFrame(from, frame);
    else if (!isAsyncFrame(frame)) this.#inRound((context) => onFrame(context, from, frame));
  }

  #onEarlyFrame(from: MemberId, frame: Frame): void {
    if (frame.type === "ready") this.#early.set(from, frame);
    this.#fallBehind(from);
  }

  #onAsk(from: MemberId, frame: FrameOf<"ask">): void {
    if (frame.round < this.view().round) this.#sendCertificate(from);
  }

  #onLateFrame(from: MemberId, frame: Frame): void {
    // Votes of a round just decided are late, not lost; only these tell that the sender knows no better.
    if (frame.type === "ready" || frame.type === "prepare" || isAsyncFrame(frame))
      this.#sendCertificate(from);
  }

  #onCertificate(from: MemberId, frame: FrameOf<"certificate">): void {
    const {round} = this.view();
    const {certificate} = frame;
    if (certificate.body.round < round || this.view().isFinished) return;
    if (certificate.body.round === round) this.#inRound((context) => onFrame(context, from, frame));
    else this.#catchUp.start(certificate, from, rulesAfter(this.#setup, this.#certified, false));
  }

  #onFetched(id: number, bytes: Uint8Array): void {
    if (this.#catchUp.onFetched(id, bytes)) return;
    const purpose = this.#round?.fetches.get(id);
    if (purpose === undefined) return;
    this.#round?.fetches.delete(id);
    this.#inRound((context) => onFetched(context, purpose, bytes));
  }

  #onFetchFailed(id: number): void {
    if (this.#catchUp.onFetchFailed(id)) return;
    const purpose = this.#round?.fetches.get(id);
    if (purpose === undefined) return;
    this.#round?.fetches.delete(id);
    this.#inRound((context) => onFetchFailed(context, purpose));
  }

  #onPersisted(id: number): void {
    const caughtUp = this.#catchUp.onPersisted(id);
    if (caughtUp !== null) {
      this.#advance(caughtUp);
      return;
    }
    const state = this.#round;
    const purpose = state?.persists.get(id);
    if (state === null || purpose === undefined) return;
    state.persists.delete(id);
    if (purpose.kind !== "certificate") {
      this.#inRound((context) => onPersisted(context, purpose));
      return;
    }
    const certificate = state.decided;
    const snapshot = state.held.get(certificate?.body.result ?? "");
    if (certificate !== null && snapshot !== undefined) this.#advance({certificate, snapshot});
  }

  /** Nobody tells an observer of new certificates: it asks. */
  #askAgainLater(): void {
    if (this.#round === null) return;
    const {minimumMs, maximumMs} = this.#setup.limits;
    this.#emit({type: "arm", timer: "patience", afterMs: Math.min(maximumMs, OBSERVER_PACE * minimumMs)});
  }

  #onTimer(timer: TimerName): void {
    if (timer === "async") return;
    if (timer === "catch-up") this.#onCatchUpTimer();
    else if (this.#isObserver) {
      for (const peer of this.#presence.linked) this.#ask(peer);
      this.#askAgainLater();
      this.#inRound((context) => settle(context));
    } else this.#inRound((context) => onTimer(context, timer));
  }

  #onCatchUpTimer(): void {
    this.#catchUp.giveUp();
    if (!this.#catchUp.isLost) return;
    for (const peer of this.#presence.linked) this.#ask(peer);
    this.#emit({type: "arm", timer: "catch-up", afterMs: this.#exchanging.timeoutMs()});
  }

  #fallBehind(peer: MemberId): void {
    if (this.#catchUp.isBehind) return;
    this.#catchUp.isBehind = true;
    this.#ask(peer);
    this.#emit({type: "arm", timer: "catch-up", afterMs: this.#setup.limits.minimumMs});
  }

  #isMember(peer: MemberId): boolean {
    return this.#setup.members.includes(peer);
  }

  #ask(peer: MemberId): void {
    const {run} = this.#setup;
    this.#emit({type: "send", to: peer, frame: {type: "ask", run, round: this.view().round}});
  }

  #sendCertificate(to: MemberId): void {
    if (this.#certified === null) return;
    const {certificate} = this.#certified;
    const {run, round} = certificate.body;
    this.#emit({type: "send", to, frame: {type: "certificate", run, round, certificate}});
  }
}
