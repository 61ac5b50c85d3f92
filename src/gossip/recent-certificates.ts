import type {Certificate} from "../rounds/index.ts";

/** Number of the newest certificates that a member keeps to compare with others'. */
const MOST_KEPT = 256;

/**
 * The newest certificates that a member took, by their rounds. With them two halves of a forked run notice
 * the fork when they meet, even if one is rounds ahead of the other.
 */
export class RecentCertificates {
  readonly #byRound: Map<number, Certificate>;

  /** @param certificates oldest first */
  constructor(certificates: readonly Certificate[]) {
    this.#byRound = new Map(certificates.map((certificate) => [certificate.body.round, certificate]));
  }

  /** Keeps a certificate whose round is later than all others. */
  add(certificate: Certificate): void {
    this.#byRound.set(certificate.body.round, certificate);
    const [oldest] = this.#byRound.keys();
    if (this.#byRound.size > MOST_KEPT && oldest !== undefined) this.#byRound.delete(oldest);
  }

  /** The certificate of a round; undefined if it was missed, or is no longer kept. */
  of(round: number): Certificate | undefined {
    return this.#byRound.get(round);
  }

  /** The certificate of the latest round; undefined before the first. */
  get newest(): Certificate | undefined {
    return this.all().at(-1);
  }

  /** All certificates, oldest first. */
  all(): readonly Certificate[] {
    return [...this.#byRound.values()];
  }
}

/** Those of `certificates`, in any order, with which a member goes on, oldest first. */
export function recentOf(certificates: readonly Certificate[]): readonly Certificate[] {
  return certificates.toSorted((a, b) => a.body.round - b.body.round).slice(-MOST_KEPT);
}
