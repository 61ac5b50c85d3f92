import {unreachable} from "../core/index.ts";
import {
  type Certificate,
  type Certified,
  closeRound,
  contribute,
  createDeadlines,
  createRoundState,
  type Effect,
  type Event,
  type Frame,
  type FrameOf,
  finishFetch,
  finishWrite,
  isAsyncFrame,
  type MemberId,
  noteReady,
  onFrame,
  onLinkDown,
  onLinkUp,
  onTimer,
  type RestoredRound,
  type RoundContext,
  type RoundFrame,
  type RoundState,
  roundAfter,
  rulesAfter,
  type SessionSetup,
  settle,
  type TimerName,
} from "../rounds/index.ts";
import {SegmentHost} from "../segments/index.ts";
import {CatchUp} from "./catch-up.ts";
import {EarlyWords} from "./early-words.ts";
import {forkBetween} from "./fork.ts";
import {followsAnother, Inquiry} from "./inquiry.ts";
import {Presence} from "./presence.ts";
import {RecentCertificates} from "./recent-certificates.ts";
import type {Session, SessionCheckpoint, SessionView} from "./session-types.ts";

const TIMERS: readonly TimerName[] = ["deadline", "exchange", "patience"];

/**
 * Starts a member's part in a run, or resumes it from the restored state.
 * @param checkpoint position of another session of this process, for a replay
 */
export function createSession(setup: SessionSetup, checkpoint: SessionCheckpoint | null = null): Session {
  return new SessionMachine(setup, checkpoint);
}

class SessionMachine implements Session {
  readonly #setup: SessionSetup;
  readonly #deadlines;
  readonly #presence: Presence;
  readonly #early: EarlyWords;
  /** The data with which the round under way began. */
  #opening: Pick<SessionCheckpoint, "atMs" | "worth" | "early">;
  #lastId: number;
  #certified: Certified | null;
  readonly #recent: RecentCertificates;
  readonly #catchUp: CatchUp;
  readonly #inquiry: Inquiry;
  readonly #segments: SegmentHost;
  #round: RoundState | null;
  #effects: Effect[] = [];
  #nowMs = 0;
  /** Members that are proven to have contradicted themselves: attempts that this one leads are without them. */
  readonly #equivocators: Set<MemberId>;
  /** True if two quorums decided a round differently: this member goes no further. */
  #isForked = false;
  /** True if this node takes the results without training or voting, as evaluators do. */
  readonly #isObserver: boolean;

  constructor(setup: SessionSetup, before: SessionCheckpoint | null) {
    this.#setup = setup;
    this.#isObserver = !setup.members.includes(setup.self);
    this.#lastId = before?.lastId ?? 0;
    this.#early = new EarlyWords(setup.primitives);
    this.#presence = new Presence(before?.presence);
    this.#equivocators = new Set(setup.restored.equivocators);
    this.#opening = before ?? {atMs: 0, worth: setup.members, early: []};
    this.#deadlines = createDeadlines(setup.limits, before);
    const outlet = {emit: (effect: Effect) => this.#emit(effect), nextId: () => ++this.#lastId};
    this.#catchUp = new CatchUp(setup, outlet);
    this.#recent = new RecentCertificates(setup.restored.recent);
    const known = {linked: this.#presence.linked, recent: this.#recent, roundOf: () => this.view().round};
    this.#inquiry = new Inquiry(setup, known, outlet);
    this.#segments = new SegmentHost(setup, this.#presence.linked, outlet);
    this.#certified = setup.restored.certified;
    this.#round = this.#openRound(this.#opening.worth, setup.restored.round);
    this.#nowMs = this.#opening.atMs;
    this.#takeEarly(this.#opening.early);
    this.#segments.follow(this.#round);
    this.#lastId = before?.lastId ?? 0;
  }

  checkpoint(): SessionCheckpoint | null {
    if (!this.#catchUp.isAtRest) return null;
    return {
      lastId: this.#lastId,
      presence: this.#presence.memory(),
      ...this.#opening,
      recent: this.#recent.all(),
      equivocators: [...this.#equivocators],
      readiness: this.#deadlines.readiness.memory(),
      exchanging: this.#deadlines.exchanging.memory(),
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
    if (this.#isForked) return [];
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
        this.#inquiry.ask(event.peer);
        if (!this.#isMember(event.peer)) return;
        this.#presence.up(event.peer);
        if (this.#isObserver && this.#round !== null) this.#inquiry.askLater();
        return this.#inRound((context) => onLinkUp(context, event.peer));
      case "link-down":
        this.#presence.down(event.peer);
        this.#catchUp.onLinkDown(event.peer);
        return this.#inRound((context) => onLinkDown(context, event.peer));
      case "fetched":
        return this.#onFetched(event.id, event.bytes);
      case "fetch-failed":
        return this.#onFetched(event.id, null);
      case "persisted":
        return this.#onPersisted(event.id);
      case "timer":
        return this.#onTimer(event.timer);
      case "begin":
      case "progress":
        return undefined; // The asynchronous segment's.
      default:
        return unreachable(event);
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
    const setup = roundAfter(this.#setup, this.#certified, this.#deadlines);
    const presence = {linked: this.#presence.linked, heard, equivocators: this.#equivocators};
    return setup === null ? null : createRoundState(setup, presence, restored);
  }

  #advance(next: Certified): void {
    const {round, contributors} = next.certificate.body;
    const hasJumped = round !== this.#round?.setup.round;
    this.#inRound(closeRound);
    for (const timer of TIMERS) this.#emit({type: "disarm", timer});
    const early = this.#early.take();
    this.#opening = {atMs: this.#nowMs, worth: this.#presence.turn(contributors), early};
    this.#certified = next;
    this.#recent.add(next.certificate);
    this.#catchUp.end(round);
    this.#round = this.#openRound(this.#opening.worth, null);
    if (this.#isObserver && this.#round !== null) this.#inquiry.askLater();
    this.#emit({type: "publish-snapshot", snapshot: next.snapshot});
    this.#emit({type: "certified", ...next, hasJumped});
    this.#takeEarly(early);
    // A member that was left out may be given up again before its work is done, and so never be heard. Its
    // question tells the others that it is worth waiting for.
    const isLeftOut = !this.#isObserver && !contributors.includes(this.#setup.self);
    if (isLeftOut && this.#round !== null) this.#inquiry.askAll();
  }

  #onFrame(from: MemberId, frame: Frame): void {
    if (frame.run !== this.#setup.run) return;
    if (this.#isMember(from)) this.#presence.hear(from);
    const {round} = this.view();
    // Evaluators are linked too: they ask and answer, and have no part in the decision.
    if (frame.type === "ask") this.#onAsk(from, frame);
    else if (frame.type === "certificate") this.#onCertificate(from, frame);
    else if (!this.#isMember(from)) return;
    else if (frame.type === "contradiction") this.#inRound((context) => onFrame(context, from, frame));
    else if (frame.round > round) this.#onEarlyFrame(from, frame);
    else if (frame.round < round) this.#inquiry.answerLate(from, frame);
    else if (!isAsyncFrame(frame)) this.#onRoundFrame(from, frame);
  }

  #onRoundFrame(from: MemberId, frame: RoundFrame): void {
    // Both sides compare the newest certificates, so one of the two finds the fork.
    const own = this.#round?.setup.rules.parent ?? null;
    if (followsAnother(frame, own)) this.#inquiry.tellNewest(from);
    else this.#inRound((context) => onFrame(context, from, frame));
  }

  #onEarlyFrame(from: MemberId, frame: Frame): void {
    if (frame.type === "ready") this.#early.hear(from, frame);
    if (this.#catchUp.fallBehind()) this.#inquiry.ask(from);
  }

  #takeEarly(early: SessionCheckpoint["early"]): void {
    for (const {from, frame} of early) {
      const {contribution, signature, parent, round} = frame;
      if (round !== this.view().round) this.#onFrame(from, frame);
      else if (parent !== this.#round?.setup.rules.parent) this.#inquiry.tellNewest(from);
      else {
        this.#presence.hear(from);
        this.#inRound((context) => noteReady(context, from, {contribution, signature}));
      }
    }
  }

  #onAsk(from: MemberId, frame: FrameOf<"ask">): void {
    const {round} = this.view();
    if (frame.round < round) this.#inquiry.answer(from, frame.round);
    else if (frame.round === round && this.#isMember(from)) this.#round?.heard.add(from);
  }

  #onCertificate(from: MemberId, frame: FrameOf<"certificate">): void {
    const {round} = this.view();
    const {certificate} = frame;
    this.#compare(certificate);
    if (this.#isForked || this.#round === null || certificate.body.round < round) return;
    if (certificate.body.round === round) this.#onRoundFrame(from, frame);
    else this.#catchUp.start(certificate, from, rulesAfter(this.#setup, this.#certified, false));
  }

  #compare(theirs: Certificate): void {
    const fork = forkBetween(this.#setup, this.#recent.of(theirs.body.round), theirs);
    if (fork === null) return;
    this.#isForked = true;
    for (const timer of [...TIMERS, "catch-up", "async"] as const) this.#emit({type: "disarm", timer});
    for (const certificate of fork.certificates) this.#inquiry.tellAll(certificate);
    this.#emit({type: "report", report: fork});
  }

  #onFetched(id: number, bytes: Uint8Array | null): void {
    const isCaughtUp = bytes === null ? this.#catchUp.onFetchFailed(id) : this.#catchUp.onFetched(id, bytes);
    if (!isCaughtUp) this.#inRound((context) => finishFetch(context, id, bytes));
  }

  #onPersisted(id: number): void {
    let next = this.#catchUp.onPersisted(id);
    this.#inRound((context) => {
      next ??= finishWrite(context, id);
    });
    if (next !== null) this.#advance(next);
  }

  #onTimer(timer: TimerName): void {
    if (timer === "async") return;
    if (timer === "catch-up") this.#onCatchUpTimer();
    else if (this.#isObserver) {
      this.#inquiry.askAll();
      if (this.#round !== null) this.#inquiry.askLater();
      this.#inRound((context) => settle(context));
    } else this.#inRound((context) => onTimer(context, timer));
  }

  #onCatchUpTimer(): void {
    if (!this.#catchUp.giveUp()) return;
    this.#inquiry.askAll();
    this.#emit({type: "arm", timer: "catch-up", afterMs: this.#deadlines.exchanging.timeoutMs()});
  }

  #isMember(peer: MemberId): boolean {
    return this.#setup.members.includes(peer);
  }
}
