import type {Certificate} from "./frames.ts";

/** How many of the newest certificates a member keeps to hold others' against. */
const MOST_KEPT = 256;

/**
 * The newest certificates that a member took, by their rounds: so two halves of a forked run find out when they meet, also
 * where one is rounds ahead of the other.
 */
export class RecentCertificates {
  readonly #byRound: Map<number, Certificate>;

  /** @param certificates oldest first */
  constructor(certificates: readonly Certificate[]) {
    this.#byRound = new Map(certificates.map((certificate) => [certificate.body.round, certificate]));
  }

  /** Keeps a certificate of a later round than all others. */
  add(certificate: Certificate): void {
    this.#byRound.set(certificate.body.round, certificate);
    const [oldest] = this.#byRound.keys();
    if (this.#byRound.size > MOST_KEPT && oldest !== undefined) this.#byRound.delete(oldest);
  }

  /** That of a round; undefined where it was missed, or is no longer kept. */
  of(round: number): Certificate | undefined {
    return this.#byRound.get(round);
  }

  /** That of the latest round; undefined before the first. */
  get newest(): Certificate | undefined {
    return this.all().at(-1);
  }

  /** All, oldest first. */
  all(): readonly Certificate[] {
    return [...this.#byRound.values()];
  }
}

/** Those of `certificates`, in any order, that a member goes on with, oldest first. */
export function recentOf(certificates: readonly Certificate[]): readonly Certificate[] {
  return certificates.toSorted((a, b) => a.body.round - b.body.round).slice(-MOST_KEPT);
}
