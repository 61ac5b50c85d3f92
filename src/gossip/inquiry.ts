import {
  type Certificate,
  type Frame,
  isAsyncFrame,
  type MemberId,
  type RoundFrame,
  type SessionSetup,
} from "../rounds/index.ts";
import type {CatchUpOutlet} from "./catch-up.ts";
import type {RecentCertificates} from "./recent-certificates.ts";

/** Number of shortest deadlines between an observer's questions; it keeps nobody waiting. */
const OBSERVER_PACE = 5;

const OF_THE_ROUND_UNDER_WAY: readonly Frame["type"][] = ["ready", "timeout", "challenge", "again"];

/**
 * Tells whether the frame's sender is still in that past round; votes of a round just decided are late, not
 * lost.
 */
function knowsNoBetter(frame: Frame): boolean {
  return OF_THE_ROUND_UNDER_WAY.includes(frame.type) || isAsyncFrame(frame);
}

/** The hash of the body that a frame of the round under way says it follows; undefined if it names none. */
function parentOf(frame: RoundFrame): string | undefined {
  if (frame.type === "ready") return frame.parent;
  if (frame.type === "propose") return frame.body.parent;
  if (frame.type === "timeout") return frame.lock?.body.parent;
  return frame.type === "certificate" ? frame.certificate.body.parent : undefined;
}

/**
 * Tells whether a frame of the round under way follows another certificate than this member does. Such a
 * frame proves nothing; its sender is asked, not blamed.
 * @param parent hash that this member follows; null if missed rounds leave it unknown
 */
export function followsAnother(frame: RoundFrame, parent: string | null): boolean {
  const named = parentOf(frame);
  return named !== undefined && parent !== null && named !== parent;
}

/** The data that an inquiry needs about its member. */
export interface InquirySources {
  readonly linked: ReadonlySet<MemberId>;
  readonly recent: RecentCertificates;
  /** The round under way. */
  roundOf(): number;
}

/** A member's questions to others about the newest certificate, and its answers. */
export class Inquiry {
  readonly #setup: SessionSetup;
  readonly #sources: InquirySources;
  readonly #outlet: Pick<CatchUpOutlet, "emit">;

  constructor(setup: SessionSetup, sources: InquirySources, outlet: Pick<CatchUpOutlet, "emit">) {
    this.#setup = setup;
    this.#sources = sources;
    this.#outlet = outlet;
  }

  /** Asks `peer` for its newest certificate, if it is of the round under way or later. */
  ask(peer: MemberId): void {
    const {run} = this.#setup;
    this.#outlet.emit({type: "send", to: peer, frame: {type: "ask", run, round: this.#sources.roundOf()}});
  }

  /** Asks every member whose link is up, which also tells them that it is here. */
  askAll(): void {
    for (const peer of this.#sources.linked) this.ask(peer);
  }

  /** Arms an observer's next question, because nobody tells it of new certificates. */
  askLater(): void {
    const {minimumMs, maximumMs} = this.#setup.limits;
    const afterMs = Math.min(maximumMs, OBSERVER_PACE * minimumMs);
    this.#outlet.emit({type: "arm", timer: "patience", afterMs});
  }

  /**
   * Answers a member whose round under way is `round`. The certificate of the round before comes first; that
   * member compares it with its own.
   */
  answer(to: MemberId, round: number): void {
    const {recent} = this.#sources;
    const shared = recent.of(round - 1);
    if (shared !== undefined && shared !== recent.newest) this.tell(to, shared);
    this.tellNewest(to);
  }

  /** Tells a member of the newest certificate if its frame shows that it is still in a past round. */
  answerLate(to: MemberId, frame: Frame): void {
    if (knowsNoBetter(frame)) this.tellNewest(to);
  }

  /** Sends the newest certificate, if there is one. */
  tellNewest(to: MemberId): void {
    const {newest} = this.#sources.recent;
    if (newest !== undefined) this.tell(to, newest);
  }

  /** Sends a certificate to every member whose link is up. */
  tellAll(certificate: Certificate): void {
    for (const peer of this.#sources.linked) this.tell(peer, certificate);
  }

  /** Sends a certificate. */
  tell(to: MemberId, certificate: Certificate): void {
    const {run, round} = certificate.body;
    this.#outlet.emit({type: "send", to, frame: {type: "certificate", run, round, certificate}});
  }
}
