import type {MemberId} from "../rounds/index.ts";

/** The knowledge of a {@link Presence}. */
export interface PresenceMemory {
  readonly linked: readonly MemberId[];
  readonly lost: readonly MemberId[];
  readonly heard: readonly MemberId[];
}

/** Presence of the members: those whose link is up, those that were heard, and those that were lost. */
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

  /** Returns its present knowledge. */
  memory(): PresenceMemory {
    return {linked: [...this.linked], lost: [...this.#lost], heard: [...this.#heard]};
  }

  /** Notes that a member's link is up. */
  up(member: MemberId): void {
    this.linked.add(member);
    this.#lost.delete(member);
    this.#heard.add(member);
  }

  /** Notes that a member's link is down. */
  down(member: MemberId): void {
    this.linked.delete(member);
    this.#lost.add(member);
  }

  /** Notes that a member has said something. */
  hear(member: MemberId): void {
    this.#heard.add(member);
  }

  /**
   * Ends a round. @returns the members worth waiting for in the next: those heard in this one, or in its
   * certificate, and not lost. A link that has yet to come up is no loss, but silence for a whole round is.
   */
  turn(contributors: readonly MemberId[]): MemberId[] {
    const worth = new Set([...this.#heard, ...contributors]);
    this.#heard = new Set();
    return [...worth].filter((member) => !this.#lost.has(member));
  }
}
