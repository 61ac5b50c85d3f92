import type {CatchUpOutlet} from "./catch-up.ts";
import {type Certificate, type Frame, isAsyncFrame, type RoundFrame} from "./frames.ts";
import type {MemberId} from "./quorum.ts";
import type {RecentCertificates} from "./recent-certificates.ts";
import type {SessionSetup} from "./types.ts";

/** An observer asks for news each time this many of the shortest deadlines have passed: it keeps nobody waiting. */
const OBSERVER_PACE = 5;

const OF_THE_ROUND_UNDER_WAY: readonly Frame["type"][] = ["ready", "timeout", "challenge", "again"];

/** True for a frame whose sender is still in that past round. Votes of a round just decided are late, not lost. */
function knowsNoBetter(frame: Frame): boolean {
  return OF_THE_ROUND_UNDER_WAY.includes(frame.type) || isAsyncFrame(frame);
}

/** The certificate that a frame of the round under way says it follows, by its body's hash; undefined where it names none. */
function parentOf(frame: RoundFrame): string | undefined {
  if (frame.type === "ready") return frame.parent;
  if (frame.type === "propose") return frame.body.parent;
  if (frame.type === "timeout") return frame.lock?.body.parent;
  return frame.type === "certificate" ? frame.certificate.body.parent : undefined;
}

/**
 * Whether a frame of the round under way follows another certificate than this member does: it proves nothing, and its
 * sender is to be asked, not blamed.
 * @param parent what this member follows; null where that is not known, as rounds were missed
 */
export function followsAnother(frame: RoundFrame, parent: string | null): boolean {
  const named = parentOf(frame);
  return named !== undefined && parent !== null && named !== parent;
}

/** What an inquiry needs to know of its member. */
export interface InquirySources {
  readonly linked: ReadonlySet<MemberId>;
  readonly recent: RecentCertificates;
  /** The round under way. */
  roundOf(): number;
}

/** What a member asks others of the newest certificate, and what it answers. */
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

  /** Asks every member whose link is up; so it tells them, too, that it is here. */
  askAll(): void {
    for (const peer of this.#sources.linked) this.ask(peer);
  }

  /** Nobody tells an observer of new certificates: it asks. */
  askLater(): void {
    const {minimumMs, maximumMs} = this.#setup.limits;
    const afterMs = Math.min(maximumMs, OBSERVER_PACE * minimumMs);
    this.#outlet.emit({type: "arm", timer: "patience", afterMs});
  }

  /**
   * Answers a member whose round under way is `round`. The certificate of the round before comes first: that member holds it
   * against its own.
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
