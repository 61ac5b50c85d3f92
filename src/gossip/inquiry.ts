import type {CatchUpOutlet} from "./catch-up.ts";
import {type Frame, isAsyncFrame} from "./frames.ts";
import type {MemberId} from "./quorum.ts";
import type {Certified, SessionSetup} from "./types.ts";

/** An observer asks for news each time this many of the shortest deadlines have passed: it keeps nobody waiting. */
const OBSERVER_PACE = 5;

const OF_THE_ROUND_UNDER_WAY: readonly Frame["type"][] = ["ready", "timeout", "challenge", "again"];

/** True for a frame whose sender is still in that past round. Votes of a round just decided are late, not lost. */
export function knowsNoBetter(frame: Frame): boolean {
  return OF_THE_ROUND_UNDER_WAY.includes(frame.type) || isAsyncFrame(frame);
}

/** What a member asks others of the newest certificate, and what it answers. */
export class Inquiry {
  readonly #setup: SessionSetup;
  readonly #linked: ReadonlySet<MemberId>;
  readonly #outlet: Pick<CatchUpOutlet, "emit">;
  readonly #roundOf: () => number;

  /** @param roundOf the round under way */
  constructor(
    setup: SessionSetup,
    linked: ReadonlySet<MemberId>,
    outlet: Pick<CatchUpOutlet, "emit">,
    roundOf: () => number,
  ) {
    this.#setup = setup;
    this.#linked = linked;
    this.#outlet = outlet;
    this.#roundOf = roundOf;
  }

  /** Asks `peer` for its newest certificate, if it is of the round under way or later. */
  ask(peer: MemberId): void {
    const {run} = this.#setup;
    this.#outlet.emit({type: "send", to: peer, frame: {type: "ask", run, round: this.#roundOf()}});
  }

  /** Asks every member whose link is up; so it tells them, too, that it is here. */
  askAll(): void {
    for (const peer of this.#linked) this.ask(peer);
  }

  /** Nobody tells an observer of new certificates: it asks. */
  askLater(): void {
    const {minimumMs, maximumMs} = this.#setup.limits;
    const afterMs = Math.min(maximumMs, OBSERVER_PACE * minimumMs);
    this.#outlet.emit({type: "arm", timer: "patience", afterMs});
  }

  /** Sends the newest certificate, if there is one. */
  answer(to: MemberId, certified: Certified | null): void {
    if (certified === null) return;
    const {certificate} = certified;
    const {run, round} = certificate.body;
    this.#outlet.emit({type: "send", to, frame: {type: "certificate", run, round, certificate}});
  }
}
