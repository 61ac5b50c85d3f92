import type {MemberId} from "./quorum.ts";

/** What a {@link Presence} knows. */
export interface PresenceMemory {
  readonly linked: readonly MemberId[];
  readonly lost: readonly MemberId[];
  readonly heard: readonly MemberId[];
}

/** Who of the members is there: whose link is up, who was heard, and who was lost. */
export class Presence {
  readonly linked: Set<MemberId>;
  /** Members whose link went down and has not come back. */
  readonly #lost: Set<MemberId>;
  /** Members heard in the round under way. */
  #heard: Set<MemberId>;

  constructor(before: PresenceMemory = {linked: [], lost: [], heard: []}) {
    this.linked = new Set(before.linked);
    this.#lost = new Set(before.lost);
    this.#heard = new Set(before.heard);
  }

  /** What it knows now. */
  memory(): PresenceMemory {
    return {linked: [...this.linked], lost: [...this.#lost], heard: [...this.#heard]};
  }

  /** A member's link is up. */
  up(member: MemberId): void {
    this.linked.add(member);
    this.#lost.delete(member);
    this.#heard.add(member);
  }

  /** A member's link is down. */
  down(member: MemberId): void {
    this.linked.delete(member);
    this.#lost.add(member);
  }

  /** A member has said something. */
  hear(member: MemberId): void {
    this.#heard.add(member);
  }

  /**
   * Ends a round. @returns the members worth waiting for in the next: those heard in this one, or in its
   * certificate, and not lost. A link that has yet to come up is no loss; silence for a whole round is.
   */
  turn(contributors: readonly MemberId[]): MemberId[] {
    const worth = new Set([...this.#heard, ...contributors]);
    this.#heard = new Set();
    return [...worth].filter((member) => !this.#lost.has(member));
  }
}
