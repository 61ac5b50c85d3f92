import type {LocalProgress} from "../../gossip/index.ts";
import type {Certificate, MemberId} from "../../rounds/index.ts";

/** A site's update of a round; after a round of statistics it means nothing for a later start. */
interface OwnUpdate {
  readonly round: number;
  readonly update: Float32Array;
  /** Hash of its release. */
  readonly hash: string;
  /** True if the certificate of its round is known not to contain it. */
  isUnused: boolean;
}

/** The fate of a site's last update under a certificate. */
export interface SettledUpdate {
  /** Hash of its release. */
  readonly hash: string;
  readonly isUsed: boolean;
  /**
   * The site's work that no certificate contains; null if there is none, or none from which training can go
   * on.
   */
  readonly progress: LocalProgress | null;
}

/** A site's last update, and whether a certificate contains it. */
export class OwnUpdates {
  readonly #self: MemberId;
  readonly #isTraining: (round: number) => boolean;
  #last: OwnUpdate | null = null;

  /** @param isTraining tells whether a round is one of training */
  constructor(self: MemberId, isTraining: (round: number) => boolean) {
    this.#self = self;
    this.#isTraining = isTraining;
  }

  /** Keeps the update that was handed in for a round. */
  keep({round, update, hash}: Omit<OwnUpdate, "isUnused">): void {
    this.#last = {round, update, hash, isUnused: false};
  }

  /** Hash of the last release that was handed in and may not be settled yet. */
  get hash(): string | undefined {
    return this.#last?.hash;
  }

  /** Settles the last update by the newest certificate; null without any. */
  settle({body}: Certificate): SettledUpdate | null {
    const last = this.#last;
    if (last === null) return null;
    if (body.round === last.round) last.isUnused = !body.contributors.includes(this.#self);
    const isUsed = !last.isUnused;
    const {hash, update, round} = last;
    // Used, or possibly used in a round that was missed: it must not be applied twice.
    if (isUsed) this.#last = null;
    const isLost = !isUsed && this.#isTraining(round);
    return {hash, isUsed, progress: isLost ? {update, gapRounds: body.round - round + 1} : null};
  }
}
